import { canonicalName, findColumn, type Table, textAt } from '../table.ts';

/**
 * What a table tells of: this range, the one compared with, what is missing or unexpected, or what alerts fire.
 */
export type Role = 'now' | 'before' | 'missing' | 'unexpected' | 'alerts';

const BEFORE = /^(?:previous|before)[ ._-]*/i;

/** The role of a table: by its labels where they are plain, else by its metric, else by its refId. */
export function roleOf(table: Table): Role {
  if (findColumn(table, 'alertname')) return 'alerts';
  const metric = canonicalName(textAt(findColumn(table, '__name__'), 0));
  for (const name of [metric, table.refId.toLowerCase()]) {
    if (name.includes('unexpected')) return 'unexpected';
    if (name.includes('missing') || name.includes('vanished_edge')) return 'missing';
    if (name.startsWith('alerts') || name.startsWith('grafana_alerts')) return 'alerts';
  }
  return BEFORE.test(table.refId) ? 'before' : 'now';
}

/** The tables of each role. Those of the range compared with are called as the others are: `previousOpened`, `opened`. */
export function tablesByRole(tables: readonly Table[]): Readonly<Record<Role, readonly Table[]>> {
  const byRole: Record<Role, Table[]> = { now: [], before: [], missing: [], unexpected: [], alerts: [] };
  for (const table of tables) {
    const role = roleOf(table);
    byRole[role].push(role === 'before' ? { ...table, refId: table.refId.replace(BEFORE, '') } : table);
  }
  return byRole;
}
