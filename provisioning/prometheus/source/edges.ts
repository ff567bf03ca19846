import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import { cycles } from './cycles.ts';
import {
  byAddress,
  destination,
  FLOW,
  LOOKUP,
  NAMES,
  otherDestination,
  reportedDestination,
} from './destinations.ts';
import { EDGE, failedIncrease, halfEdges, openedIncrease, SETTLE } from './half-edges.ts';
import { promql, recorded, unique, withCopies, withFirstOf, withLabel, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';

/** The labels of a service edge. */
export const SERVICE_EDGE = [
  'network_transport',
  'dst_port',
  'src_service',
  'src_site',
  'dst_service',
  'dst_site',
] as const;

/** The labels of a half-edge without processes. */
const HALF_EDGE = [
  'direction',
  'network_transport',
  'src_service',
  'src_host',
  'src_address',
  'src_site',
  'dst_service',
  'dst_host',
  'dst_address',
  'dst_port',
  'dst_site',
] as const;

/** The endpoints of the service edge that a half-edge belongs to, as additional labels. */
const ENDPOINTS = ['from_service', 'from_site', 'to_service', 'to_site'] as const;

/** The labels that both half-edges of an edge have, once the destination's host is known. */
const MATCH = [...FLOW, 'dst_host'] as const;

const SERVICE_EDGE_OF = 'musubi:half_edge:service_edge';

/** The collection cycles of each exporter that were joined. */
export const JOINED_CYCLES = 'musubi:exporter:joined_cycles';

const OUTBOUND = halfEdges('direction="outbound"');
const INBOUND = halfEdges('direction!="outbound"');
/** The labels of an outbound half-edge that a lookup does not replace. */
const KEPT = EDGE.filter((label) => label !== 'direction' && !(NAMES as readonly string[]).includes(label));

const AS_REPORTED = 'musubi:outbound:as_reported';
const asReported = recorded(AS_REPORTED);

const OUTBOUND_SERVICE_EDGE = 'musubi:outbound:service_edge';
const outboundServiceEdge = recorded(OUTBOUND_SERVICE_EDGE);
/** Adds names for both endpoints: the service, else the address, else the host. */
const withEndpoints = (rows: string, to: 'dst' | 'to') =>
  withFirstOf(
    withFirstOf(withCopies(rows, { from_site: 'src_site' }), 'from_service', [
      'src_service',
      'src_address',
      'src_host',
    ]),
    'to_service',
    [`${to}_service`, 'dst_address', `${to}_host`],
  );
const withReportedEndpoints = (rows: string) =>
  withEndpoints(withCopies(rows, { to_site: 'dst_site', to_host: 'dst_host' }), 'dst');

/** Outbound rows with a label for the hosts that report their edge. */
const withOutboundObserver = (rows: string) => promql`
  ${withLabel(promql`${rows} and on (${MATCH}) ${INBOUND}`, 'observer', 'both')}
  or
  ${withLabel(promql`${rows} unless on (${MATCH}) ${INBOUND}`, 'observer', 'source')}`;

/** Aggregates values of half-edges by service edge. */
function byServiceEdge(aggregation: string, rows: string, more: readonly string[]): string {
  const rest = ['network_transport', 'dst_port', ...more];
  return promql`
    ${aggregation} by (${[...SERVICE_EDGE, ...more]}) (
      ${withCopies(
        promql`
          ${aggregation} by (${[...rest, ...ENDPOINTS]}) (
            ${withLabelsOf(rows, HALF_EDGE, [...ENDPOINTS, ...more.filter((label) => label === 'observer')], recorded(SERVICE_EDGE_OF))}
          )`,
        {
          src_service: 'from_service',
          src_site: 'from_site',
          dst_service: 'to_service',
          dst_site: 'to_site',
        },
      )}
    )`;
}

const activeBy = (direction: string) =>
  byServiceEdge(
    'sum',
    promql`max by (${EDGE}) (service_dependency_active_connections{${direction}} offset ${SETTLE})`,
    [],
  );

export const EDGE_RULES: readonly Rule[] = [
  {
    comment: 'Outbound half-edges without a lookup result.',
    record: AS_REPORTED,
    expr: promql`${OUTBOUND} unless (${byAddress} and on (${LOOKUP}) ${destination})`,
  },
  {
    comment: `The service edge that each half-edge belongs to, with its endpoints in additional labels. They are never empty: an
unnamed endpoint is identified by its address, or its host. First the outbound half-edges.`,
    record: SERVICE_EDGE_OF,
    labels: { observer: 'source' },
    expr: promql`
      ${withEndpoints(
        withLabelsOf(
          promql`group by (${HALF_EDGE}) (${byAddress})`,
          LOOKUP,
          ['to_service', 'to_host', 'to_site'],
          withCopies(destination, { to_service: 'dst_service', to_host: 'dst_host', to_site: 'dst_site' }),
        ),
        'to',
      )}
      or
      ${withReportedEndpoints(promql`group by (${HALF_EDGE}) (${asReported})`)}`,
  },
  {
    comment: 'Their service edges by the labels that match inbound half-edges.',
    record: OUTBOUND_SERVICE_EDGE,
    expr: promql`
      group by (${[...MATCH, ...ENDPOINTS]}) (
        ${withCopies(
          promql`
            group by (${[...FLOW, 'to_host', ...ENDPOINTS]}) (${recorded(SERVICE_EDGE_OF, 'observer="source"')})`,
          { dst_host: 'to_host' },
        )}
      )`,
  },
  {
    comment: `Then the inbound half-edges: with the service edge of the matching outbound one, else as reported. Those that match
several are omitted, since only the source's host can distinguish them.`,
    record: SERVICE_EDGE_OF,
    labels: { observer: 'destination' },
    expr: promql`
      ${withLabelsOf(promql`group by (${HALF_EDGE}) (${INBOUND})`, MATCH, ENDPOINTS, unique(outboundServiceEdge, MATCH))}
      or
      ${withReportedEndpoints(promql`group by (${HALF_EDGE}) (${INBOUND} unless on (${MATCH}) ${outboundServiceEdge})`)}`,
  },
  {
    comment: 'Edges with the processes of both endpoints, each once.',
    record: RECORDED.edgeLastSeen,
    expr: promql`
      ${withLabelsOf(
        promql`max by (${KEPT}) (${byAddress})`,
        LOOKUP,
        [...NAMES, 'observer'],
        promql`
          (
            ${withLabel(reportedDestination, 'observer', 'both')}
            or
            ${withOutboundObserver(otherDestination)}
          )`,
      )}
      or
      max without (direction) (
        ${withOutboundObserver(asReported)}
        or
        ${withLabel(promql`${INBOUND} unless on (${MATCH}) ${outboundServiceEdge}`, 'observer', 'destination')}
      )`,
  },
  {
    record: RECORDED.serviceEdgeLastSeen,
    expr: byServiceEdge('max', halfEdges(), []),
  },
  {
    comment: `Connections opened since the previous evaluation, if any, as counted by each observer. In a range:
  max without (observer) (sum_over_time(${RECORDED.connectionsOpened}[1d]))`,
    record: RECORDED.connectionsOpened,
    expr: byServiceEdge('sum', openedIncrease, ['observer']),
  },
  {
    record: RECORDED.connectionsFailed,
    expr: byServiceEdge('sum', failedIncrease, ['observer', 'error_type']),
  },
  {
    comment: 'Open connections, as counted by the source if it reports, else by the destination.',
    record: RECORDED.activeConnections,
    expr: promql`
      ${activeBy('direction="outbound"')}
      or on (${SERVICE_EDGE})
      ${activeBy('direction!="outbound"')}`,
  },
  {
    comment: 'The collection cycles of each exporter up to which its edges are recorded above.',
    record: JOINED_CYCLES,
    expr: cycles(` offset ${SETTLE}`),
  },
  {
    comment: `The evaluations whose edges are recorded above: up to ${SETTLE} before.`,
    record: RECORDED.evaluationTimestamp,
    expr: 'time()',
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
  hourly('sum_over_time', RECORDED.connectionsOpened),
  hourly('sum_over_time', RECORDED.connectionsFailed),
  {
    comment: 'The recorded hours. Each ended a minute before the time of its samples.',
    record: RECORDED.hourlyTimestamp,
    expr: 'time()',
  },
];
