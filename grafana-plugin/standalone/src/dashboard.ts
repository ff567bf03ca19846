import type { FieldConfigSource } from '@grafana/data';
import type { Target } from './prometheus-source.ts';
import type { Variable } from './variables.ts';

/** The part of a provisioned panel that this page uses. */
export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets: readonly Target[];
  readonly options: Record<string, unknown>;
  readonly fieldConfig: FieldConfigSource;
}

/** The part of the provisioned dashboard that this page uses. */
export interface Dashboard {
  readonly title: string;
  readonly refresh?: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly DashboardPanel[];
}

/** Reads the provisioned dashboard, the only source of queries and options. */
export async function loadDashboard(): Promise<Dashboard> {
  const response = await fetch('/dashboard.json');
  if (!response.ok) throw new Error(`dashboard.json: ${response.status} ${response.statusText}`);
  return response.json();
}
