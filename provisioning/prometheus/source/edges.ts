import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import { cycles } from './cycles.ts';
import { BY_ADDRESS } from './destinations.ts';
import { SETTLE } from './half-edges.ts';
import {
  COUNTED,
  COUNTED_SOURCE_NAMES,
  DESTINATION_NAMES,
  EDGE,
  KEPT,
  KEPT_INBOUND,
  MATCH,
  SERVICE_EDGE,
  SOURCE_NAMES,
  withoutPids,
} from './labels.ts';
import { type Labels, promql, recorded, withFirstOf, withLabel } from './promql.ts';
import type { Rule } from './rule.ts';
import {
  asReported,
  newlyAwaitedSource,
  REST,
  rest,
  SOURCE,
  seenBySource,
  source,
  split,
  withDestination,
  withSource,
} from './sources.ts';

/** The collection cycles of each exporter that were joined. */
export const JOINED_CYCLES = 'musubi:exporter:joined_cycles';

/** The names of both endpoints, which are never empty: the service, else the address, else the host. */
const withEndpointNames = (rows: string) =>
  withFirstOf(withFirstOf(rows, 'src_service', ['src_service', 'src_address', 'src_host']), 'dst_service', [
    'dst_service',
    'dst_address',
    'dst_host',
  ]);

const byServiceEdge = (aggregation: string, rows: string, more: Labels = []) => promql`
  ${aggregation} by (${[...SERVICE_EDGE, ...more]}) (
    ${withEndpointNames(promql`
      ${aggregation} by (${[...SERVICE_EDGE, 'src_address', 'src_host', 'dst_address', 'dst_host', ...more]}) (${rows})`)}
  )`;

const active = (matchers: string) =>
  promql`max by (${EDGE}) (service_dependency_active_connections{${matchers}} offset ${SETTLE})`;
const ACTIVE_BY_ADDRESS = active(BY_ADDRESS);

/** Half-edges of destinations with the bare address of their source, which may be a scrape late. */
const UNNAMED =
  'direction="inbound", src_service="", src_host="", src_address!="", network_transport!="unix"';

export const EDGE_RULES: readonly Rule[] = [
  {
    comment:
      'Edges with the processes of both endpoints, each once. Those of an unnamed source follow an evaluation later, and of an awaited one after 3 m.',
    record: RECORDED.edgeLastSeen,
    expr: promql`
      ${seenBySource} unless on (${[...MATCH, 'dst_service']}) ${split}
      or
      ${withSource(promql`max by (${KEPT_INBOUND}) (${recorded(REST, 'direction="inbound", src_host=""')})`, [
        ...SOURCE_NAMES,
        'observer',
      ])}
      or
      max without (direction) (
        ${withLabel(
          promql`
            ${rest}
            unless (${recorded(REST, 'direction="inbound", src_host=""')} and on (${MATCH}) ${source})
            unless on (${MATCH}) ${newlyAwaitedSource}
            unless (${recorded(REST, UNNAMED)} unless ${REST}{${UNNAMED}} offset 1s)`,
          'observer',
          'destination',
        )}
      )`,
  },
  {
    record: RECORDED.serviceEdgeLastSeen,
    expr: byServiceEdge('max', recorded(RECORDED.edgeLastSeen)),
  },
  {
    comment: 'Open connections, as counted by the source if it reports, else by the destination.',
    record: RECORDED.edgeActiveConnections,
    expr: promql`
      (
        ${withDestination(promql`sum by (${withoutPids(KEPT)}) (${ACTIVE_BY_ADDRESS})`, DESTINATION_NAMES)}
        or
        sum by (${COUNTED}) (${active('direction="outbound"')} and ${asReported})
      )
      unless on (${MATCH}) ${split}
      or
      ${withSource(
        promql`
          sum by (${withoutPids(KEPT_INBOUND)}) (
            ${active('direction!="outbound"')} and on (${MATCH}) ${split}
            or
            ${active('direction!="outbound"')} and ${rest} unless on (${MATCH}) ${recorded(SOURCE, 'observer="both"')}
          )`,
        COUNTED_SOURCE_NAMES,
      )}
      or
      sum by (${COUNTED}) (${active('direction!="outbound"')} and ${rest} unless on (${MATCH}) ${source})`,
  },
  {
    record: RECORDED.activeConnections,
    expr: byServiceEdge('sum', recorded(RECORDED.edgeActiveConnections)),
  },
];

/** The counts of connections by service edge. */
export const SERVICE_EDGE_RULES: readonly Rule[] = [
  {
    record: RECORDED.connectionsOpened,
    expr: byServiceEdge('sum', recorded(RECORDED.edgeConnectionsOpened)),
  },
  {
    record: RECORDED.connectionsFailed,
    expr: byServiceEdge('sum', recorded(RECORDED.edgeConnectionsFailed), ['error_type']),
  },
  {
    comment: 'The collection cycles of each exporter up to which its edges are recorded above.',
    record: JOINED_CYCLES,
    expr: cycles(` offset ${SETTLE}`),
  },
  {
    comment: `The evaluations whose edges are recorded above: up to ${SETTLE} before.`,
    record: RECORDED.evaluationTimestamp,
    expr: 'vector(time())',
  },
];

/**
 * One sample per hour, for ranges of weeks. Range selectors of Prometheus 2 include the sample at their start, hence not 1h. It ends a
 * minute ago: groups run concurrently, and a sample that the other group records just now would be in no hour.
 */
const HOUR = '[3599999ms] offset 1m';
const hourly = (aggregation: string, series: string): Rule => ({
  record: hourlySeries(series),
  expr: `${aggregation}(${series}${HOUR})`,
});

export const HOURLY_RULES: readonly Rule[] = [
  hourly('max_over_time', RECORDED.edgeLastSeen),
  hourly('max_over_time', RECORDED.serviceEdgeLastSeen),
  hourly('sum_over_time', RECORDED.edgeConnectionsOpened),
  hourly('sum_over_time', RECORDED.edgeConnectionsFailed),
  hourly('sum_over_time', RECORDED.connectionsOpened),
  hourly('sum_over_time', RECORDED.connectionsFailed),
  {
    comment: 'The recorded hours. Each ended a minute before the time of its samples.',
    record: RECORDED.hourlyTimestamp,
    expr: 'time()',
  },
];
