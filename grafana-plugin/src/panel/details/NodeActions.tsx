import { t } from '@grafana/i18n';
import { Button, Stack } from '@grafana/ui';
import type { Focus } from '../state/options.ts';
import type { NodeGroup } from '../state/use-visible-graph.ts';
import { UNESCAPED } from '../texts/unescaped.ts';

interface Props {
  readonly node: string;
  /** The collapsed group that it represents, or the group that contains it. */
  readonly group: NodeGroup | undefined;
  readonly onToggle: (group: string) => void;
  readonly onHide: () => void;
  readonly onFocus: (focus: Focus) => void;
  /** Starts a path at this node; the user picks the end next. */
  readonly onPath: () => void;
}

/** Actions on a node: collapse its group, focus on its neighbourhood, find paths from it, hide it. */
export function NodeActions({ node, group, onToggle, onHide, onFocus, onPath }: Props) {
  const focus = (way: Focus['way']) => onFocus({ node, way, hops: way === 'both' ? 1 : 2 });
  return (
    <Stack direction="row" gap={0.5} wrap="wrap">
      {group && (
        <Button
          size="sm"
          variant="secondary"
          icon={group.open ? 'compress-arrows' : 'expand-arrows'}
          onClick={() => onToggle(group.key)}
        >
          {group.open
            ? t('groups.collapse', 'Collapse {{name}}', { name: group.name, ...UNESCAPED })
            : t('groups.expand', 'Expand {{name}}', { name: group.name, ...UNESCAPED })}
        </Button>
      )}
      <Button size="sm" variant="secondary" icon="arrow-left" onClick={() => focus('up')}>
        {t('actions.dependents', 'Dependents')}
      </Button>
      <Button size="sm" variant="secondary" icon="arrow-right" onClick={() => focus('down')}>
        {t('actions.dependencies', 'Dependencies')}
      </Button>
      <Button size="sm" variant="secondary" icon="arrows-h" onClick={() => focus('both')}>
        {t('actions.around', 'Neighbors')}
      </Button>
      <Button size="sm" variant="secondary" icon="code-branch" onClick={onPath}>
        {t('actions.path', 'Path to…')}
      </Button>
      <Button size="sm" variant="secondary" icon="eye-slash" onClick={onHide}>
        {t('actions.hide', 'Hide')}
      </Button>
    </Stack>
  );
}
