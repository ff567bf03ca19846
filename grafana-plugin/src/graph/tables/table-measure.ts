import type { Figures } from '../model/half-edge.ts';
import { type Column, canonicalName, findColumn, type Table, textAt } from './table.ts';

/** What the numbers of a table measure. */
export type TableMeasure = Exclude<keyof Figures, 'transmit' | 'receive'> | 'io' | 'listen';

const BY_METRIC: readonly (readonly [string, TableMeasure])[] = [
  ['last_seen', 'lastSeen'],
  ['connection_opened', 'opened'],
  ['connections_opened', 'opened'],
  ['connection_failed', 'failed'],
  ['connections_failed', 'failed'],
  ['dependency_io', 'io'],
  ['active_connections', 'open'],
  ['tcp_rtt', 'rtt'],
  ['dependency_listen', 'listen'],
];

/**
 * Determines what a table measures: by its refId, else by its labels where they are unambiguous, else by the metric
 * name. A table with an unknown measure still proves that its edges exist.
 */
export function measureOf(table: Table): TableMeasure | undefined {
  const byRefId = BY_METRIC.find(([, measure]) => measure.toLowerCase() === table.refId.toLowerCase());
  if (byRefId) return byRefId[1];
  if (findColumn(table, 'network_io_direction')) return 'io';
  const byMetric = measureOfMetric(textAt(findColumn(table, '__name__'), 0));
  if (byMetric) return byMetric;
  const ofSources = ['direction', 'src_service', 'src_host', 'src_address'];
  const isOfDestinations =
    findColumn(table, 'dst_address') && !ofSources.some((name) => findColumn(table, name));
  return isOfDestinations ? 'listen' : undefined;
}

/** What a metric measures, by its name. */
export const measureOfMetric = (name: string): TableMeasure | undefined =>
  BY_METRIC.find(([part]) => canonicalName(name).includes(part))?.[1];

const LABEL = /^(src|dst)_|^(direction|network_transport)$/;

/** Whether a column is a label of an edge; ports are labels although they look like numbers. */
export const isLabel = ({ name }: Column): boolean => LABEL.test(canonicalName(name));

/** The number column, found by its type: Grafana names it `Value` or `Value #refId`, and users can rename it. */
export const valueColumn = (table: Table): Column | undefined =>
  table.columns.find((column) => column.type === 'number' && !isLabel(column));
