import { t } from '@grafana/i18n';
import { ToolbarButton } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { PanelOptions } from '../state/options.ts';
import { FramesMenu } from './FramesMenu.tsx';

export interface FilterProps {
  readonly options: PanelOptions;
  /** Keys of all that is framed. */
  readonly groups: readonly string[];
  /** With more partners than this a node is a hub. */
  readonly mostPartners: number;
  readonly compare: ReactNode;
  readonly onChange: (change: Partial<PanelOptions>) => void;
}

/** What is drawn, and what is left out. */
export function ToolbarFilters({ options, groups, mostPartners, compare, onChange }: FilterProps) {
  return (
    <>
      <FramesMenu options={options} groups={groups} onChange={onChange} />
      {compare}
      <ToolbarButton
        icon="eye-slash"
        variant={options.hideIdle ? 'active' : 'default'}
        aria-pressed={options.hideIdle}
        aria-label={t('idle.name', 'Hide idle')}
        tooltip={t('idle.tooltip', 'Hide what carried nothing in the range')}
        onClick={() => onChange({ hideIdle: !options.hideIdle })}
      />
      <ToolbarButton
        icon="filter"
        variant={options.muteHubs ? 'active' : 'default'}
        aria-pressed={options.muteHubs}
        aria-label={t('hubs.name', 'Mute hubs')}
        tooltip={t('hubs.tooltip', 'Hide what is linked with more than {{most}} others', {
          most: mostPartners,
        })}
        onClick={() => onChange({ muteHubs: !options.muteHubs, shownHubs: [] })}
      />
    </>
  );
}
