import { numberAt, pickRows, rowCount, type Table, textAt } from './table.ts';

/** What Grafana calls the value of one query among several. */
const OF_QUERY = /^Value #(.+)$/;

/** Makes a table for each query of one that has the values of several, as the transformation "Merge" leaves it. */
export function splitValues(table: Table): readonly Table[] {
  const values = table.columns.filter(({ name, type }) => type === 'number' && OF_QUERY.test(name));
  if (values.length < 2) return [table];
  const labels = table.columns.filter((column) => !values.includes(column));
  const all = Array.from({ length: rowCount(table) }, (_, row) => row);
  return values.map((value) => {
    const rows = all.filter((row) => numberAt(value, row) !== undefined);
    const own = pickRows({ ...table, columns: [...labels, value] }, rows);
    // A label that only other queries have is not one of this.
    const told = own.columns.filter((column) => rows.some((_, row) => textAt(column, row) !== ''));
    return { ...own, refId: value.name.replace(OF_QUERY, '$1'), columns: told };
  });
}
