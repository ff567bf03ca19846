import { isMerged } from './is-merged.ts';
import { firstMissingLabel, REQUIRED_LABELS } from './required-labels.ts';
import { canonicalName, findColumn, rowCount, type Table, textAt } from './table.ts';
import { measureOf, valueColumn } from './table-measure.ts';

/** A problem of the table of a query. The rest of the table is still read. */
export type TableFault =
  /** None of its rows has a label for the source, the destination or the port. */
  | { readonly code: 'query-lacks-label'; readonly query: string; readonly label: string }
  | { readonly code: 'query-lacks-number'; readonly query: string }
  /** It is a range query, of which only the last values are shown. */
  | { readonly code: 'query-over-time'; readonly query: string };

/** Lists the problems of a table of half-edges, joined edges or listeners; none for any other table. */
export function faultsOf(table: Table): TableFault[] {
  const columns = new Set(table.columns.map(({ name }) => canonicalName(name)));
  const isListen = measureOf(table) === 'listen';
  const isKnown = isListen || columns.has('direction') || columns.has('observer');
  if (rowCount(table) === 0 || !isKnown || isMerged(table)) return [];
  const query = table.refId;
  const endpoints = isListen
    ? [REQUIRED_LABELS.destination]
    : [REQUIRED_LABELS.source, REQUIRED_LABELS.destination];
  const label = firstMissingLabel(
    isPortless(table) ? endpoints : [...endpoints, REQUIRED_LABELS.port],
    columns,
  );
  const faults: (TableFault | false)[] = [
    label !== undefined && { code: 'query-lacks-label', query, label },
    !isListen && !valueColumn(table) && { code: 'query-lacks-number', query },
    table.overTime === true && { code: 'query-over-time', query },
  ];
  return faults.filter((fault) => fault !== false);
}

/** Whether all rows are Unix sockets, which have no port. */
function isPortless(table: Table): boolean {
  const transport = findColumn(table, 'network_transport');
  const rows = rowCount(table);
  for (let row = 0; row < rows; row++) if (textAt(transport, row) !== 'unix') return false;
  return true;
}
