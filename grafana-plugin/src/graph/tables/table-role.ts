import { isMerged } from './is-merged.ts';
import { canonicalName, findColumn, type Table, textAt } from './table.ts';

/** What a table contains: observed, missing or unexpected dependencies, alerts, or the time up to which all is recorded. */
export type TableRole = 'seen' | 'missing' | 'unexpected' | 'alerts' | 'settled';

/** The role of a table: by its labels where they are unambiguous, else by its metric, else by its refId. */
export function roleOf(table: Table): TableRole {
  if (isMerged(table)) return 'seen';
  if (findColumn(table, 'alertname')) return 'alerts';
  const metric = canonicalName(textAt(findColumn(table, '__name__'), 0));
  for (const name of [metric, table.refId.toLowerCase()]) {
    if (name.includes('unexpected')) return 'unexpected';
    if (name.includes('missing') || name.includes('vanished_edge')) return 'missing';
    if (name === 'settled') return 'settled';
    if (name.startsWith('alerts') || name.startsWith('grafana_alerts')) return 'alerts';
  }
  return 'seen';
}

/** The tables of each role. */
export function tablesByRole(tables: readonly Table[]): Readonly<Record<TableRole, readonly Table[]>> {
  const {
    seen = [],
    missing = [],
    unexpected = [],
    alerts = [],
    settled = [],
  } = Object.groupBy(tables, roleOf);
  return { seen, missing, unexpected, alerts, settled };
}
