import { hourlySeries, RECORDED } from '@musubi/contract/recorded-series';
import { cycles } from './cycles.ts';
import {
  byAddress,
  destination,
  FLOW,
  metDestination,
  NAMES,
  otherDestination,
  QUESTION,
} from './destinations.ts';
import { EDGE, failedDelta, halfEdges, openedDelta, SETTLE } from './half-edges.ts';
import { promql, recorded, sole, withCopies, withFirstOf, withLabel, withLabelsOf } from './promql.ts';
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

/** A half-edge without processes, as `TOLD_AS` knows it. */
const HALF = [
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

/** The service edge that a half-edge is part of, beside its own labels. */
const ENDS = ['from_service', 'from_site', 'to_service', 'to_site'] as const;

/** Both ends report these, once the destination's host is known. */
const MEETING = [...FLOW, 'dst_host'] as const;

const TOLD_AS = 'musubi:half_edge:service_edge';

/** How far exporters had come when what they told was joined. */
export const JOINED_CYCLES = 'musubi:exporter:joined_cycles';

const OUTBOUND = halfEdges('direction="outbound"');
const INBOUND = halfEdges('direction!="outbound"');
/** What an outbound half-edge tells for certain. */
const OWN = EDGE.filter((label) => label !== 'direction' && !(NAMES as readonly string[]).includes(label));

const AS_TOLD = 'musubi:outbound:as_reported';
const asTold = recorded(AS_TOLD);

const REACHED = 'musubi:outbound:service_edge';
const reached = recorded(REACHED);
/** Fills in the ends: the name, else the address, else the host. */
const withEnds = (rows: string, to: 'dst' | 'to') =>
  withFirstOf(
    withFirstOf(withCopies(rows, { from_site: 'src_site' }), 'from_service', [
      'src_service',
      'src_address',
      'src_host',
    ]),
    'to_service',
    [`${to}_service`, 'dst_address', `${to}_host`],
  );
const withOwnEnds = (rows: string) =>
  withEnds(withCopies(rows, { to_site: 'dst_site', to_host: 'dst_host' }), 'dst');

/** Outbound rows with who reports their edge. */
const withOutboundObserver = (rows: string) => promql`
  ${withLabel(promql`${rows} and on (${MEETING}) ${INBOUND}`, 'observer', 'both')}
  or
  ${withLabel(promql`${rows} unless on (${MEETING}) ${INBOUND}`, 'observer', 'source')}`;

/** The sum by service edge of half-edges' values. */
function byServiceEdge(aggregation: string, halves: string, more: readonly string[]): string {
  const rest = ['network_transport', 'dst_port', ...more];
  return promql`
    ${aggregation} by (${[...SERVICE_EDGE, ...more]}) (
      ${withCopies(
        promql`
          ${aggregation} by (${[...rest, ...ENDS]}) (
            ${withLabelsOf(halves, HALF, [...ENDS, ...more.filter((label) => label === 'observer')], recorded(TOLD_AS))}
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

const openBy = (direction: string) =>
  byServiceEdge(
    'sum',
    promql`max by (${EDGE}) (service_dependency_active_connections{${direction}} offset ${SETTLE})`,
    [],
  );

export const EDGE_RULES: readonly Rule[] = [
  {
    why: 'Outbound half-edges that nothing is added to.',
    record: AS_TOLD,
    expr: promql`${OUTBOUND} unless (${byAddress} and on (${QUESTION}) ${destination})`,
  },
  {
    why: `The service edge that each half-edge is part of: its ends in labels of their own, which are never empty, as an
end without a name is its address, or its host. First the outbound ones.`,
    record: TOLD_AS,
    labels: { observer: 'source' },
    expr: promql`
      ${withEnds(
        withLabelsOf(
          promql`group by (${HALF}) (${byAddress})`,
          QUESTION,
          ['to_service', 'to_host', 'to_site'],
          withCopies(destination, { to_service: 'dst_service', to_host: 'dst_host', to_site: 'dst_site' }),
        ),
        'to',
      )}
      or
      ${withOwnEnds(promql`group by (${HALF}) (${asTold})`)}`,
  },
  {
    why: 'Where those lead to, in the labels by which inbound ones meet them.',
    record: REACHED,
    expr: promql`
      group by (${[...MEETING, ...ENDS]}) (
        ${withCopies(
          promql`
            group by (${[...FLOW, 'to_host', ...ENDS]}) (${recorded(TOLD_AS, 'observer="source"')})`,
          { dst_host: 'to_host' },
        )}
      )`,
  },
  {
    why: `Then the inbound ones: as part of the edge that they meet, else with what their host knows. Those that meet
several are left out, since only the source knows which of them it is.`,
    record: TOLD_AS,
    labels: { observer: 'destination' },
    expr: promql`
      ${withLabelsOf(promql`group by (${HALF}) (${INBOUND})`, MEETING, ENDS, sole(reached, MEETING))}
      or
      ${withOwnEnds(promql`group by (${HALF}) (${INBOUND} unless on (${MEETING}) ${reached})`)}`,
  },
  {
    why: 'Edges with what is known of the processes at both ends, each told once.',
    record: RECORDED.edgeLastSeen,
    expr: promql`
      ${withLabelsOf(
        promql`max by (${OWN}) (${byAddress})`,
        QUESTION,
        [...NAMES, 'observer'],
        promql`
          (
            ${withLabel(metDestination, 'observer', 'both')}
            or
            ${withOutboundObserver(otherDestination)}
          )`,
      )}
      or
      max without (direction) (
        ${withOutboundObserver(asTold)}
        or
        ${withLabel(promql`${INBOUND} unless on (${MEETING}) ${reached}`, 'observer', 'destination')}
      )`,
  },
  {
    record: RECORDED.serviceEdgeLastSeen,
    expr: byServiceEdge('max', halfEdges(), []),
  },
  {
    why: `Connections opened since the evaluation before, where there were any, as each end counted them. In a range:
  max without (observer) (sum_over_time(${RECORDED.connectionsOpened}[1d]))`,
    record: RECORDED.connectionsOpened,
    expr: byServiceEdge('sum', openedDelta, ['observer']),
  },
  {
    record: RECORDED.connectionsFailed,
    expr: byServiceEdge('sum', failedDelta, ['observer', 'error_type']),
  },
  {
    why: 'Connections open now: as the source counts them where it reports, else as the destination does.',
    record: RECORDED.activeConnections,
    expr: promql`
      ${openBy('direction="outbound"')}
      or on (${SERVICE_EDGE})
      ${openBy('direction!="outbound"')}`,
  },
  {
    why: 'How far each exporter had come: what it told by then is recorded above.',
    record: JOINED_CYCLES,
    expr: cycles(` offset ${SETTLE}`),
  },
];

/**
 * For ranges of weeks: an hour in one sample. Range selectors hold both ends in Prometheus 2, hence not 1h. It ends a
 * minute ago: groups run side by side, and what the other is about to record now would be in no hour at all.
 */
const HOUR = '[3599999ms] offset 1m';
const hourly = (over: string, series: string): Rule => ({
  record: hourlySeries(series),
  expr: `${over}(${series}${HOUR})`,
});

export const HOURLY_RULES: readonly Rule[] = [
  hourly('max_over_time', RECORDED.edgeLastSeen),
  hourly('max_over_time', RECORDED.serviceEdgeLastSeen),
  hourly('sum_over_time', RECORDED.connectionsOpened),
  hourly('sum_over_time', RECORDED.connectionsFailed),
  {
    why: 'Which hours are there: each ended a minute before the time of its samples.',
    record: RECORDED.hourlyTimestamp,
    expr: 'time()',
  },
];
