import { firstMissingLabel, REQUIRED_LABELS } from './required-labels.ts';
import { canonicalName, findColumn, rowCount, type Table, textAt } from './table.ts';
import { measureOf, valueColumn } from './table-measure.ts';

/** What is wrong with the table of a query, which is read as well as can be. */
export type TableFault =
  /** None of its rows has a label that tells an end or the port. */
  | { readonly code: 'query-lacks-label'; readonly query: string; readonly label: string }
  | { readonly code: 'query-lacks-number'; readonly query: string }
  /** It was asked over time, of which the last values alone are shown. */
  | { readonly code: 'query-over-time'; readonly query: string };

/** Lists what is wrong with a table of half-edges, joined edges or listeners; of any other, nothing. */
export function faultsOf(table: Table): TableFault[] {
  const columns = new Set(table.columns.map(({ name }) => canonicalName(name)));
  const isListen = measureOf(table) === 'listen';
  const isKnown = isListen || columns.has('direction') || columns.has('observer');
  if (rowCount(table) === 0 || !isKnown) return [];
  const query = table.refId;
  const ends = isListen
    ? [REQUIRED_LABELS.destination]
    : [REQUIRED_LABELS.source, REQUIRED_LABELS.destination];
  const label = firstMissingLabel(isPortless(table) ? ends : [...ends, REQUIRED_LABELS.port], columns);
  const faults: (TableFault | false)[] = [
    label !== undefined && { code: 'query-lacks-label', query, label },
    !isListen && !valueColumn(table) && { code: 'query-lacks-number', query },
    table.overTime === true && { code: 'query-over-time', query },
  ];
  return faults.filter((fault) => fault !== false);
}

/** Unix sockets have no port. */
function isPortless(table: Table): boolean {
  const transport = findColumn(table, 'network_transport');
  const rows = rowCount(table);
  for (let row = 0; row < rows; row++) if (textAt(transport, row) !== 'unix') return false;
  return true;
}
