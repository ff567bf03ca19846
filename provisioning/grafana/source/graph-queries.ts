import {
  EDGE_METRICS,
  LISTEN_ATTRIBUTES,
  LISTEN_METRICS,
  type MetricDefinition,
} from '@musubi/contract/catalogue';
import { HARMFUL } from '@musubi/contract/failing';
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { promql } from '../../prometheus/source/promql.ts';
import type { Target } from './dashboard.ts';
import { oncePerHalfEdge } from './once.ts';
import { recordedAt, recordedIn } from './settled.ts';

const RANGE = '$__range';
const CYCLES = 'musubi_collection_cycles_total';
const LISTEN = prometheusName(LISTEN_METRICS.listen);

/** The edges in use within the range: joined, with both endpoints. */
const seen = `(max_over_time(${recordedIn(RECORDED.edgeLastSeen, RANGE)}) >= $__from / 1000)`;

/** A count for each of them: zero where nothing was recorded. */
const counted = (counts: string) => promql`
  ${counts}
  or
  0 * max without (src_pid, dst_pid, observer) (${seen})`;

const sumOf = (series: string) => `sum_over_time(${recordedIn(series, RANGE)})`;

/**
 * Bytes in the range, by half-edge: rules do not record them. Exact for a series that is new in the range, and for one
 * without a reset. `increase` ignores the first value of a series, and extrapolates.
 */
function bytes(metric: MetricDefinition): string {
  const name = prometheusName(metric);
  const inRange = (operation: string) => `${operation}(${name}[${RANGE}])`;
  const before = `${name} offset ${RANGE}`;
  return oncePerHalfEdge(
    promql`
      (
        ${inRange('max_over_time')}
        unless (${before} or ${inRange('increase')} > ${inRange('max_over_time')} and ${inRange('resets')} > 0)
        unless on (job, instance) (last_over_time(${CYCLES}[1h] offset ${RANGE}) unless ${CYCLES} offset ${RANGE})
      )
      or
      (${inRange('last_over_time')} - ${before} unless ${inRange('resets')} > 0)
      or
      ${inRange('increase')}`,
    metric.attributes.map(prometheusLabel),
  );
}

const ALERT_LABELS =
  'alertname, severity, network_transport, dst_port, src_service, src_site, dst_service, dst_site';
const FIRING = '{__name__=~"ALERTS|GRAFANA_ALERTS", alertstate="firing", dst_service!=""}';

/** The queries of the graph, by the refId that the panel identifies each by. */
const GRAPH_QUERIES: Readonly<Record<string, string>> = {
  lastSeen: seen,
  opened: counted(sumOf(RECORDED.edgeConnectionsOpened)),
  failed: counted(`sum without (error_type) (${sumOf(`${RECORDED.edgeConnectionsFailed}{${HARMFUL}}`)})`),
  open: counted(recordedAt(RECORDED.edgeActiveConnections)),
  io: bytes(EDGE_METRICS.io),
  rtt: oncePerHalfEdge(`last_over_time(${prometheusName(EDGE_METRICS.rtt)}[${RANGE}])`),
  listen: listening(),
  settled: `max_over_time(${RECORDED.evaluationTimestamp}[1d] offset -2m) - 60`,
  missing: RECORDED.vanishedEdgeLastSeen,
  unexpected: promql`
    (last_over_time(${RECORDED.unexpectedEdgeLastSeen}[${RANGE}]) or ${RECORDED.unexpectedEdgeLastSeen})
    unless ${RECORDED.expectedEdgeMaxGap}
    unless ${RECORDED.allowedEdgeLastSeen}`,
  alerts: promql`
    max by (${ALERT_LABELS}) (${FIRING})
    or
    0 * max by (${ALERT_LABELS}) (last_over_time(${FIRING}[${RANGE}]))`,
};

/** The listeners of the range. */
export function listening(): string {
  const labels = LISTEN_ATTRIBUTES.map(prometheusLabel);
  return promql`max by (${labels}) (last_over_time(${LISTEN}[${RANGE}]) or ${LISTEN})`;
}

/** A query of a table: one row for each series at the end of the range. */
export const tableTarget = (refId: string, expr: string): Target => ({
  refId,
  expr,
  format: 'table',
  instant: true,
  range: false,
  legendFormat: '__auto',
});

export const graphTargets = (): Target[] =>
  Object.entries(GRAPH_QUERIES).map(([refId, expr]) => tableTarget(refId, expr));
