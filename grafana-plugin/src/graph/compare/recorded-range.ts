import { numberAt, type Table } from '../tables/table.ts';
import { valueColumn } from '../tables/table-measure.ts';
import { tablesByRole } from '../tables/table-role.ts';
import type { TimeRange } from './previous-range.ts';

/**
 * The part of a range that is recorded, by the query `settled`: the unix time (s) up to which recording rules have
 * evaluated the data. The same range if it ended earlier, or if there is no such query.
 */
export function recordedRange(range: TimeRange, tables: readonly Table[]): TimeRange {
  const times = tablesByRole(tables).settled.flatMap((table) => numberAt(valueColumn(table), 0) ?? []);
  const end = Math.max(...times) * 1000;
  return times.length > 0 && end > range.from && end < range.to ? { from: range.from, to: end } : range;
}
