import { LoadingState, type PanelPlugin, rangeUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { RefreshPicker, TimeRangePicker, ToolbarButton, useTheme2 } from '@grafana/ui';
import { useCallback, useEffect, useMemo } from 'react';
import type { Dashboard, DashboardPanel } from './dashboard.ts';
import { PanelHost } from './PanelHost.tsx';
import type { PrometheusSource } from './prometheus-source.ts';
import { moveRange, toTimeRange, toUrlRange } from './time-range.ts';
import { changedOptions, type UrlState } from './url-state.ts';
import { usePanelData } from './use-panel-data.ts';
import { useVariables } from './use-variables.ts';
import { useWindowSize } from './use-window-size.ts';
import { VariableBar } from './VariableBar.tsx';

interface Props {
  readonly plugin: PanelPlugin;
  readonly dashboard: Dashboard;
  readonly panel: DashboardPanel;
  readonly source: PrometheusSource;
  readonly state: UrlState;
  /** The query string of the address, with the variables of the dashboard. */
  readonly search: string;
  readonly onChange: (change: Partial<UrlState>) => void;
}

const TOOLBAR = 48;
const VARIABLES = 40;
const MARGIN = 8;
const BAR = { display: 'flex', gap: 8, alignItems: 'center', padding: `0 ${MARGIN}px` } as const;
/** Shrinks in favour of the controls. */
const TITLE = {
  margin: '0 auto 0 4px',
  minWidth: 0,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
} as const;

/** A dashboard of one panel: the time range picker, refresh, and the panel below. */
export function Page({ plugin, dashboard, panel, source, state, search, onChange }: Props) {
  const theme = useTheme2();
  const size = useWindowSize();
  const { from, to, timezone, refresh } = state;
  const range = useMemo(() => toTimeRange(from, to, timezone), [from, to, timezone]);
  const variables = dashboard.templating.list;
  const { chosen: values, options, replace } = useVariables(variables, search, range);
  // The same panel as long as its options are the same, whatever else changes in the address.
  const changed = JSON.stringify(state.options);
  const chosen = useMemo(
    () => ({ ...panel, options: { ...panel.options, ...JSON.parse(changed) } }),
    [panel, changed],
  );
  const { data, runs, run } = usePanelData(source, panel.targets, range);
  // A relative range is evaluated at each refresh.
  const reload = useCallback(() => run(toTimeRange(from, to, timezone)), [run, from, to, timezone]);

  useEffect(reload, [reload]);
  // Counted from the last response: one slower than the interval would be cancelled each time.
  const loading = data.state === LoadingState.Loading;
  useEffect(() => {
    if (refresh === '' || loading) return;
    const timer = setTimeout(reload, rangeUtil.intervalToMs(refresh));
    return () => clearTimeout(timer);
  }, [refresh, reload, loading]);

  const status =
    { [LoadingState.Done]: 'done', [LoadingState.Error]: 'error' }[data.state as string] ?? 'loading';
  useEffect(() => {
    document.title = `${status === 'done' ? '' : `${status} · `}${dashboard.title}`;
  }, [status, dashboard]);

  return (
    <main
      data-testid="musubi-page"
      data-state={status}
      data-runs={runs}
      style={{ height: '100%', background: theme.colors.background.canvas }}
    >
      <div style={{ ...BAR, height: TOOLBAR }}>
        <h1 style={{ ...TITLE, fontSize: theme.typography.h5.fontSize }}>{dashboard.title}</h1>
        <TimeRangePicker
          value={range}
          timeZone={timezone}
          isOnCanvas
          onChange={(chosen) => onChange(toUrlRange(chosen))}
          onChangeTimeZone={(chosen) => onChange({ timezone: chosen || 'browser' })}
          onMoveBackward={() => onChange(moveRange(range, -0.5))}
          onMoveForward={() => onChange(moveRange(range, 0.5))}
          onZoom={() => onChange(moveRange(range, 0, 2))}
        />
        <RefreshPicker
          value={refresh}
          isOnCanvas
          isLoading={loading}
          text="Refresh"
          onRefresh={reload}
          onIntervalChanged={(interval) => onChange({ refresh: interval })}
        />
        <ToolbarButton variant="canvas" onClick={() => onChange({ theme: theme.isDark ? 'light' : 'dark' })}>
          {theme.isDark ? 'Light' : 'Dark'}
        </ToolbarButton>
      </div>
      <div style={{ ...BAR, height: VARIABLES, overflowX: 'auto' }}>
        <VariableBar
          variables={variables.filter(({ type }) => type !== 'datasource')}
          chosen={values}
          options={options}
          onChange={(name, picked) =>
            locationService.partial({ [`var-${name}`]: picked.length > 0 ? picked : null })
          }
        />
      </div>
      <div style={{ padding: `0 ${MARGIN}px ${MARGIN}px` }}>
        <PanelHost
          plugin={plugin}
          panel={chosen}
          onOptionsChange={(options) =>
            onChange({ options: changedOptions(options, { ...plugin.defaults, ...panel.options }) })
          }
          data={data}
          replaceVariables={replace}
          timeZone={timezone}
          width={size.width - 2 * MARGIN}
          height={size.height - TOOLBAR - VARIABLES - MARGIN}
        />
      </div>
    </main>
  );
}
