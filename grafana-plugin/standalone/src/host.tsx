import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { loadDashboard } from './dashboard.ts';
import { fillRegistries } from './fill-registries.ts';
import { loadLanguage } from './load-language.ts';
import { loadPlugin } from './load-plugin.ts';
import { PrometheusSource } from './prometheus-source.ts';

const PANEL = 'musubi-dependencies-panel';

/** Starts the page: Grafana's part around a panel, and nothing of the panel's own. */
async function start(root: HTMLElement): Promise<void> {
  const source = new PrometheusSource();
  fillRegistries(source);
  await loadLanguage(PANEL);
  const [plugin, dashboard] = await Promise.all([loadPlugin(PANEL), loadDashboard()]);
  const panel = dashboard.panels.find(({ type }) => type === PANEL);
  if (!panel) throw new Error(`the dashboard "${dashboard.title}" has no panel of type ${PANEL}`);
  createRoot(root).render(<App plugin={plugin} dashboard={dashboard} panel={panel} source={source} />);
}

const root = document.getElementById('root') ?? document.body;
start(root).catch((error: unknown) => {
  document.title = 'error · Service dependencies';
  root.textContent = `The page could not start: ${error instanceof Error ? error.message : error}`;
});
