import { t } from '@grafana/i18n';
import { Menu } from '@grafana/ui';
import { frameChoices, type PanelOptions } from '../state/options.ts';
import { ChoiceMenu } from './ChoiceMenu.tsx';

interface Props {
  readonly options: Pick<PanelOptions, 'frames' | 'collapsed'>;
  /** Keys of all framed groups. */
  readonly groups: readonly string[];
  readonly onChange: (change: Partial<PanelOptions>) => void;
}

/** Selects what nodes are framed by, and collapses or expands all frames at once. */
export function FramesMenu({ options: { frames, collapsed }, groups, onChange }: Props) {
  const others = collapsed.filter((key) => !groups.includes(key));
  return (
    <ChoiceMenu
      label={t('frames.name', 'Frames')}
      choices={frameChoices()}
      value={frames}
      onChange={(next) => onChange({ frames: next })}
    >
      {groups.length > 0 && (
        <>
          <Menu.Divider />
          <Menu.Item
            label={t('groups.collapse-all', 'Collapse all')}
            onClick={() => onChange({ collapsed: [...others, ...groups] })}
          />
          <Menu.Item
            label={t('groups.expand-all', 'Expand all')}
            onClick={() => onChange({ collapsed: others })}
          />
        </>
      )}
    </ChoiceMenu>
  );
}
