/** Changes of the queries of the provisioned dashboard, for stores that do not record as in production. */
import type { Page } from 'playwright-core';
import { fetchFor } from './open-browser.ts';

interface Dashboard {
  panels: { type: string; targets: { refId: string; expr: string }[] }[];
}

export type ChangeQueries = (expr: string, refId: string) => string;

/** The queries of a panel without recording rules: half-edges as exporters report them. */
const RAW: Readonly<Record<string, string>> = {
  lastSeen: 'max without (job, instance) (last_over_time(service_dependency_last_seen_seconds[$__range]))',
  opened: 'max without (job, instance) (max_over_time(service_dependency_connection_opened_total[$__range]))',
  failed:
    'sum without (job, instance, error_type) (max_over_time(service_dependency_connection_failed_total[$__range]))',
  open: 'max without (job, instance) (service_dependency_active_connections)',
};
export const withoutRules: ChangeQueries = (expr, refId) => RAW[refId] ?? expr;

/** For rules whose durations are divided by `factor`: they record that much earlier. */
export const acceleratedBy =
  (factor: number): ChangeQueries =>
  (expr) =>
    expr
      .replaceAll('offset -60001ms', `offset -${Math.round(60_000 / factor) + 1}ms`)
      .replaceAll('offset -1m', `offset -${Math.round(60_000 / factor)}ms`)
      .replaceAll('offset -2m) - 60', `offset -${Math.round(120_000 / factor)}ms) - ${60 / factor}`);

/** Changes the queries of the graph on a page that has not been opened yet. */
export async function changeQueries(page: Page, change: ChangeQueries): Promise<void> {
  await page.route('**/dashboard.json', async (route) => {
    const dashboard: Dashboard = await (await fetchFor(route)).json();
    for (const panel of dashboard.panels)
      for (const target of panel.targets) target.expr = change(target.expr, target.refId);
    await route.fulfill({ json: dashboard });
  });
}
