import { t } from '@grafana/i18n';
import { ToolbarButton } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { PanelOptions } from '../state/options.ts';
import { FramesMenu } from './FramesMenu.tsx';

export interface FilterProps {
  readonly options: PanelOptions;
  /** Keys of all framed groups. */
  readonly groups: readonly string[];
  /** A node with more neighbours than this is a hub. */
  readonly mostPartners: number;
  readonly compare: ReactNode;
  readonly onChange: (change: Partial<PanelOptions>) => void;
}

/** Frames, comparison and filters. */
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
        tooltip={t('idle.tooltip', 'Hide dependencies without traffic in the time range')}
        onClick={() => onChange({ hideIdle: !options.hideIdle })}
      />
      <ToolbarButton
        icon="filter"
        variant={options.muteHubs ? 'active' : 'default'}
        aria-pressed={options.muteHubs}
        aria-label={t('hubs.name', 'Hide hubs')}
        tooltip={t('hubs.tooltip', 'Hide nodes with more than {{most}} neighbors', {
          most: mostPartners,
        })}
        onClick={() => onChange({ muteHubs: !options.muteHubs, shownHubs: [] })}
      />
    </>
  );
}
