import { createTheme, type PanelPlugin, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import type { Dashboard, DashboardPanel } from './dashboard.ts';
import { Page } from './Page.tsx';
import { readUrlState, type UrlState, writeUrlState } from './url-state.ts';

/** Grafana's own fonts are not among its published packages: those of the system stand in. */
const FONTS = {
  fontFamily: 'system-ui, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, Menlo, monospace',
};

interface Props {
  readonly plugin: PanelPlugin;
  readonly dashboard: Dashboard;
  readonly panel: DashboardPanel;
}

/** The page in its theme, with its state in the address bar. */
export function App({ plugin, dashboard, panel }: Props) {
  const defaults = useMemo(() => ({ ...dashboard.time, refresh: dashboard.refresh ?? '' }), [dashboard]);
  const [state, setState] = useState(() => readUrlState(location.search, defaults));
  const theme = useMemo(
    () => createTheme({ colors: { mode: state.theme }, typography: FONTS }),
    [state.theme],
  );

  useEffect(() => {
    const onBack = () => setState(readUrlState(location.search, defaults));
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, [defaults]);

  const onChange = (change: Partial<UrlState>) => {
    const next = { ...state, ...change };
    // Each letter of a search is no step to go back to.
    const write = change.options ? history.replaceState : history.pushState;
    write.call(history, null, '', writeUrlState(next));
    setState(next);
  };
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Page plugin={plugin} dashboard={dashboard} panel={panel} state={state} onChange={onChange} />
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
