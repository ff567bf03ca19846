import type { Table } from './table.ts';

/** The column name that Grafana gives to the value of one query among several. */
const OF_QUERY = /^Value #/;

/**
 * Whether a table has the values of several queries, as the transformation "Merge" creates it. It cannot be read: Merge
 * adds labels of one query, such as the name of an alert, to the rows of all others that do not contradict them.
 */
export const isMerged = ({ columns }: Table): boolean =>
  columns.filter(({ name, type }) => type === 'number' && OF_QUERY.test(name)).length > 1;
