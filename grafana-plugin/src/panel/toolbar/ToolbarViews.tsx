import { t } from '@grafana/i18n';
import { ToolbarButton } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { PanelOptions } from '../state/options.ts';

export interface ViewProps {
  readonly options: PanelOptions;
  readonly onChange: (change: Partial<PanelOptions>) => void;
  readonly onFit: () => void;
  readonly table: boolean;
  readonly onTable: (shown: boolean) => void;
  readonly exports: ReactNode;
  /** Whether the buttons have names beside their icons. */
  readonly named: boolean;
}

/** Positions, zoom, table and export. */
export function ToolbarViews(props: ViewProps) {
  const { options, onChange, onFit, table, onTable, exports, named } = props;
  return (
    <>
      {Object.keys(options.saved).length > 0 && (
        <ToolbarButton
          icon="repeat"
          aria-label={t('positions.reset', 'Reset positions')}
          tooltip={t('positions.tooltip', 'Move nodes back to their automatic positions')}
          onClick={() => onChange({ saved: {} })}
        />
      )}
      <ToolbarButton
        icon="expand-arrows"
        aria-label={t('fit.name', 'Fit')}
        tooltip={t('fit.tooltip', 'Fit the whole graph')}
        onClick={onFit}
      >
        {named && t('fit.name', 'Fit')}
      </ToolbarButton>
      <ToolbarButton
        icon="table"
        variant={table ? 'active' : 'default'}
        aria-pressed={table}
        aria-label={t('table.name', 'Table')}
        tooltip={t('table.tooltip', 'Show the dependencies as a table')}
        onClick={() => onTable(!table)}
      >
        {named && t('table.name', 'Table')}
      </ToolbarButton>
      {exports}
    </>
  );
}
