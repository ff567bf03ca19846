import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { RadioButtonGroup, ToolbarButton, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { FramesMenu } from './FramesMenu.tsx';
import { Notes } from './Notes.tsx';
import { levelChoices, type PanelOptions } from './options.ts';

interface Props {
  readonly height: number;
  readonly options: PanelOptions;
  /** Keys of all that is framed. */
  readonly groups: readonly string[];
  /** With more partners than this a node is a hub. */
  readonly mostPartners: number;
  /** What could not be told, and what to do about it. */
  readonly notes: readonly string[];
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly compare: ReactNode;
  readonly search: ReactNode;
  readonly exports: ReactNode;
  readonly onFit: () => void;
  readonly table: boolean;
  readonly onTable: (shown: boolean) => void;
}

/** What the drawing shows, and how finely. */
export function Toolbar(props: Props) {
  const { height, options, groups, mostPartners, notes, onChange, search, exports, onFit, table, onTable } =
    props;
  const styles = useStyles2(getStyles);
  return (
    <div
      className={styles}
      style={{ height }}
      role="toolbar"
      aria-label={t('toolbar.label', 'Dependency graph')}
    >
      <RadioButtonGroup
        size="sm"
        aria-label={t('level.name', 'Level')}
        options={levelChoices()}
        value={options.level}
        onChange={(level) => onChange({ level })}
      />
      <FramesMenu options={options} groups={groups} onChange={onChange} />
      {props.compare}
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
      {search}
      <Notes notes={notes} />
      <span className="gap" />
      {Object.keys(options.saved).length > 0 && (
        <ToolbarButton
          icon="repeat"
          aria-label={t('places.reset', 'Reset positions')}
          tooltip={t('places.tooltip', 'Put what was moved back to where it was laid out')}
          onClick={() => onChange({ saved: {} })}
        />
      )}
      <ToolbarButton icon="expand-arrows" tooltip={t('fit.tooltip', 'Show all')} onClick={onFit}>
        {t('fit.name', 'Fit')}
      </ToolbarButton>
      <ToolbarButton
        icon="table"
        variant={table ? 'active' : 'default'}
        aria-pressed={table}
        tooltip={t('table.tooltip', 'List the dependencies as text')}
        onClick={() => onTable(!table)}
      >
        {t('table.name', 'Table')}
      </ToolbarButton>
      {exports}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0, 0.5),
    // In a narrow panel it is scrolled, by the pointer or by moving the focus along.
    overflowX: 'auto',
    overflowY: 'hidden',
    scrollbarWidth: 'thin',
    '& > *': { flexShrink: 0 },
    '.gap': { flex: 1 },
  });
