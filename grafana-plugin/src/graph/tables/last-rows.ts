import { numberAt, pickRows, rowCount, type Table, textAt } from './table.ts';
import { isLabel } from './table-measure.ts';

/** Leaves, of rows that differ in time and value only, the last: a query over time in the format "Table" gives them all. */
export function lastRows(table: Table): Table {
  const time = table.columns.find(({ type }) => type === 'time');
  const rows = rowCount(table);
  const timeOf = (row: number) => numberAt(time, row) ?? Number.NEGATIVE_INFINITY;
  let isInstant = true;
  for (let row = 1; row < rows && isInstant; row++) isInstant = timeOf(row) === timeOf(0);
  if (isInstant) return table;
  const labels = table.columns.filter((column) => column.type === 'text' || isLabel(column));
  const last = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const key = JSON.stringify(labels.map((column) => textAt(column, row)));
    const known = last.get(key);
    if (known === undefined || timeOf(row) >= timeOf(known)) last.set(key, row);
  }
  return last.size === rows ? table : { ...pickRows(table, [...last.values()]), overTime: true };
}
