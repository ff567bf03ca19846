import { numberAt, pickRows, rowCount, type Table, textAt } from './table.ts';
import { isLabel } from './table-measure.ts';

/** Keeps only the last of rows that differ only in time and value: a range query in the format "Table" returns all of them. */
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
