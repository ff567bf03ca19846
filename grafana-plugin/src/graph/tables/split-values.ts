import { numberAt, pickRows, rowCount, type Table, textAt } from './table.ts';

/** The column name that Grafana gives to the value of one query among several. */
const OF_QUERY = /^Value #(.+)$/;

/** Splits a table with the values of several queries, as the transformation "Merge" creates it, into one table per query. */
export function splitValues(table: Table): readonly Table[] {
  const values = table.columns.filter(({ name, type }) => type === 'number' && OF_QUERY.test(name));
  if (values.length < 2) return [table];
  const labels = table.columns.filter((column) => !values.includes(column));
  const all = Array.from({ length: rowCount(table) }, (_, row) => row);
  return values.map((value) => {
    const rows = all.filter((row) => numberAt(value, row) !== undefined);
    const picked = pickRows({ ...table, columns: [...labels, value] }, rows);
    // Drop labels that only other queries have.
    const columns = picked.columns.filter((column) => rows.some((_, row) => textAt(column, row) !== ''));
    return { ...picked, refId: value.name.replace(OF_QUERY, '$1'), columns };
  });
}
