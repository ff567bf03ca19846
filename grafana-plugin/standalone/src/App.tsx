import { createTheme, type PanelPlugin, ThemeContext } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useMemo, useSyncExternalStore } from 'react';
import type { Dashboard, DashboardPanel } from './dashboard.ts';
import { Page } from './Page.tsx';
import type { PrometheusSource } from './prometheus-source.ts';
import { readUrlState, type UrlState, writeUrlState } from './url-state.ts';

/** System fonts: Grafana's own fonts are not among its published packages. */
const FONTS = {
  fontFamily: 'system-ui, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, Menlo, monospace',
};

interface Props {
  readonly plugin: PanelPlugin;
  readonly dashboard: Dashboard;
  readonly panel: DashboardPanel;
  readonly source: PrometheusSource;
}

/** The page in its theme, with its state in the address bar. */
export function App({ plugin, dashboard, panel, source }: Props) {
  const defaults = useMemo(() => ({ ...dashboard.time, refresh: dashboard.refresh ?? '' }), [dashboard]);
  const search = useSyncExternalStore(onMove, () => locationService.getLocation().search);
  const state = useMemo(() => readUrlState(search, defaults), [search, defaults]);
  const theme = useMemo(
    () => createTheme({ colors: { mode: state.theme }, typography: FONTS }),
    [state.theme],
  );

  // Moving a node adds no entry to the browser's history.
  const onChange = (change: Partial<UrlState>) =>
    locationService.partial(writeUrlState({ ...state, ...change }), change.options !== undefined);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Page
        plugin={plugin}
        dashboard={dashboard}
        panel={panel}
        source={source}
        state={state}
        search={search}
        onChange={onChange}
      />
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function onMove(notify: () => void): () => void {
  const subscription = locationService.getLocationObservable().subscribe(notify);
  return () => subscription.unsubscribe();
}
