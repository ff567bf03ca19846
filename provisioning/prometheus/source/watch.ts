import { HARMFUL } from '@musubi/contract/failing';
import { RECORDED } from '@musubi/contract/recorded-series';
import { cycles } from './cycles.ts';
import { JOINED_CYCLES } from './edges.ts';
import { failedIncreaseOf } from './half-edges.ts';
import { SERVICE_EDGE } from './labels.ts';
import { promql, withCopies, withFirstOf, withLabel } from './promql.ts';
import type { Rule } from './rule.ts';

/** The labels of a user of a service edge. */
const USER = ['src_process', 'src_host', 'src_address', 'dst_process', 'dst_host', 'dst_address'] as const;

/** Seconds without reports after which the clocks of a host start again from zero: a restart takes less. */
const BREAK = '300';
/** Seconds for which a silent host is remembered. */
const DAY = '86400';
/** Seconds for which a host is remembered at most, for an edge without a max_gap. */
const MONTH = '2592000';

const CYCLES = RECORDED.exporterCycles;
const EXPORTER_REPORT = RECORDED.exporterLastReport;
const HOST_REPORT = RECORDED.hostLastReport;
const KNOWN_CYCLES = 'musubi:exporter:known_cycles';
const LAST_JOINED = 'musubi:host:last_joined_seconds';
const WATCHED_SINCE = 'musubi:host:watched_since_seconds';
const ADDRESS = 'musubi:host:address_last_seen_seconds';
const USERS = 'musubi:service_edge:user_last_seen_seconds';
export const EXAMPLE = 'musubi:service_edge:example_last_seen_seconds';
const MAX_GAP = RECORDED.expectedEdgeMaxGap;
const HOST_USERS = 'musubi:expected_edge:host_user_last_seen_seconds';
const HOST_LAST_SEEN = 'musubi:expected_edge:host_last_seen_seconds';
const LAST_SEEN = 'musubi:expected_edge:last_seen_seconds';
const UNUSED = 'musubi:expected_edge:unused_seconds';
const WATCHED = 'musubi:expected_edge:watched_seconds';
const ALLOWED = RECORDED.allowedEdgeLastSeen;
const UNLISTED = RECORDED.unlistedEdgeLastSeen;
const OWN = 'musubi:exporter:service_last_seen_seconds';
const FAILING_USERS = 'musubi:service_edge:failing_user_connections_failed:increase5m';
export const FAILING_EXAMPLE = 'musubi:service_edge:failing_example_connections_failed:increase5m';
const OPENED = 'musubi:service_edge:connections_opened:increase5m';
const FAILED = 'musubi:service_edge:connections_failed:increase5m';

/** The value of a series at the previous evaluation, even if some were missed. */
const previous = (series: string) => `last_over_time(${series}[1h])`;

/** The current time, for series that are new or changed since the previous evaluation. */
const nowIfChanged = (series: string) => promql`
  ((${series} unless (${series} == ${series} offset 30s)) * 0 + time())`;

/**
 * The endpoints of the service edges, one per row: `labels` of the endpoint without their prefix, `end` as the prefix,
 * and `kept` labels of the edge.
 */
function endpoints(
  labels: Readonly<Record<string, string>>,
  kept: readonly string[],
  select: (end: string) => string,
): string {
  const end = (which: string) => {
    const copies = Object.entries(labels).map(([to, from]) => [to, `${which}_${from}`] as const);
    // Aggregate first: each change of a label visits every row.
    const rows = promql`
      max by (${[...kept, ...copies.map(([, from]) => from)]}) (${USERS}{${select(which)}})`;
    return withLabel(withCopies(rows, Object.fromEntries(copies)), 'end', which);
  };
  return promql`
    (
      ${end('src')}
      or
      ${end('dst')}
    )`;
}

/**
 * Service edges with an endpoint that is identified by an address of a host whose exporter does not report, or had
 * missed a scrape when the edges were joined: the endpoint has a name, which is unknown meanwhile.
 */
const unnamed = (end: string) => promql`
  (
    label_replace(
      ${USERS}{${end}_host="", ${end}_address!=""},
      "address", "$1", "${end}_address", "(?s)(.*)"
    )
    and on (address)
    (
      ${ADDRESS}
      unless on (host)
      (${KNOWN_CYCLES} and on (host) (${HOST_REPORT} >= time() - 60))
    )
  )`;

/** The edges of the exporters themselves. What keeps them from reporting is an alert of its own. */
const own = (edges: string) => promql`
  (
    (${edges} and on (dst_service) label_join(${OWN}, "dst_service", "", "service"))
    or
    (${edges} and on (src_service) label_join(${OWN}, "src_service", "", "service"))
  )`;

/** The labels that a half-edge shares with the users of its edge. */
const HALF_EDGE = [
  'network_transport',
  'dst_port',
  'src_process',
  'src_host',
  'src_address',
  'dst_address',
] as const;

const LOOPBACK = '|127[.].*|::1';

export const WATCH_RULES: readonly Rule[] = [
  {
    comment: 'The exporters that report, with their hosts.',
    record: CYCLES,
    expr: cycles(),
  },
  {
    comment:
      'Time of the last report of each exporter: of the last day, and of those that are still scrape targets. One whose host was renamed keeps only its last name.',
    record: EXPORTER_REPORT,
    expr: promql`
      ${nowIfChanged(CYCLES)}
      or
      (
        (${previous(EXPORTER_REPORT)} > time() - ${DAY})
        >= on (job, instance) group_left ()
        (max by (job, instance) (${previous(EXPORTER_REPORT)}) - 120)
      )
      or
      (${previous(EXPORTER_REPORT)} and on (job, instance) up == 0)`,
  },
  {
    record: HOST_REPORT,
    expr: promql`max by (host) (${EXPORTER_REPORT})`,
  },
  {
    comment:
      'Cycles whose edges are recorded. Read before the edges, which then include those of all these cycles.',
    record: KNOWN_CYCLES,
    expr: JOINED_CYCLES,
  },
  {
    comment:
      'When edges of a new cycle were last recorded, by host: a clock that also stops while edges are not joined.',
    record: LAST_JOINED,
    expr: promql`
      max by (host) (${nowIfChanged(KNOWN_CYCLES)})
      or
      (${previous(LAST_JOINED)} and ${HOST_REPORT})`,
  },
  {
    comment: 'Since when each host has reported without interruption.',
    record: WATCHED_SINCE,
    expr: promql`
      (
        (${WATCHED_SINCE} and ${LAST_JOINED})
        unless (${LAST_JOINED} - ${LAST_JOINED} offset 30s > ${BREAK})
      )
      or
      ${LAST_JOINED}`,
  },
  {
    comment: `The users of each service edge: processes, hosts and addresses, but no pids. Endpoints are named as in
${RECORDED.serviceEdgeLastSeen}.`,
    record: USERS,
    expr: promql`
      max by (${[...SERVICE_EDGE, ...USER]}) (
        ${withFirstOf(
          withFirstOf(RECORDED.edgeLastSeen, 'src_service', ['src_service', 'src_address', 'src_host']),
          'dst_service',
          ['dst_service', 'dst_address', 'dst_host'],
        )}
      )`,
  },
  {
    comment: `One user of each service edge: the same one as long as it exists, so that the labels of an alert do not change. That
of an expected edge is kept. The value is the time at which it was last seen.`,
    record: EXAMPLE,
    expr: promql`
      topk by (${SERVICE_EDGE}) (1,
        (
          (
            (${EXAMPLE} and ${USERS})
            or on (${SERVICE_EDGE})
            topk by (${SERVICE_EDGE}) (1, ${USERS})
          ) * 0 + time()
        )
        or on (${SERVICE_EDGE})
        (${previous(EXAMPLE)} and on (${SERVICE_EDGE}) ${MAX_GAP})
      )`,
  },
  {
    comment: 'The addresses of hosts with an exporter.',
    record: ADDRESS,
    expr: promql`
      (
        max by (host, address) (
          ${endpoints(
            { host: 'host', address: 'address' },
            [],
            (end) => `${end}_host!="", ${end}_address!~"${LOOPBACK}"`,
          )}
        ) * 0 + time()
      )
      or
      (${previous(ADDRESS)} > time() - ${DAY})`,
  },
  {
    comment: 'The services that the exporters of the last day are.',
    record: OWN,
    expr: promql`
      (
        max by (service) (label_join(musubi_build_info{exporter_service!=""}, "service", "", "exporter_service"))
        * 0 + time()
      )
      or
      (${previous(OWN)} > time() - ${DAY})`,
  },
  {
    comment: 'The hosts with an endpoint of an expected edge.',
    record: HOST_USERS,
    expr: promql`
      max by (${[...SERVICE_EDGE, 'end', 'host']}) (
        ${endpoints({ host: 'host' }, SERVICE_EDGE, (end) => `${end}_host!=""`)}
      )
      and ignoring (end, host) ${MAX_GAP}`,
  },
  {
    comment: `When they were last seen with it. A host last seen more than a max_gap before the others is removed: the service has
moved to another host.`,
    record: HOST_LAST_SEEN,
    expr: promql`
      ${nowIfChanged(HOST_USERS)}
      or
      (
        ${previous(HOST_LAST_SEEN)}
        >= ignoring (end, host) group_left ()
        (${previous(LAST_SEEN)} - clamp_max(${MAX_GAP}, ${MONTH}))
      )`,
  },
  {
    comment: 'When an expected edge was last seen; if it never was, since when it has been expected.',
    record: LAST_SEEN,
    expr: promql`
      (
        max without (end, host) (${HOST_LAST_SEEN})
        or
        ${previous(LAST_SEEN)}
        or
        ((${MAX_GAP} > bool 0) * 0 + time())
      )
      and ${MAX_GAP}`,
  },
  {
    comment: `How long it has been unused, up to the last time at which all its hosts reported. A host that has been silent for a day
is ignored.`,
    record: UNUSED,
    expr: promql`
      (
        min without (end, host) (${HOST_LAST_SEEN} * 0 + on (host) group_left () ${LAST_JOINED})
        - ${LAST_SEEN}
      )
      or
      (time() - ${LAST_SEEN} unless ignoring (end, host) ${HOST_LAST_SEEN})`,
  },
  {
    comment: `How long all its hosts have reported without interruption; nothing if all hosts of the source are ignored. For an edge
that was never seen, the hosts are unknown: all known hosts must report.`,
    record: WATCHED,
    expr: promql`
      (
        min without (end, host) (${HOST_LAST_SEEN} * 0 + on (host) group_left () (${LAST_JOINED} - ${WATCHED_SINCE}))
        unless ignoring (end, host)
        (
          ${HOST_LAST_SEEN}{end="src"}
          unless ignoring (end, host)
          (${HOST_LAST_SEEN}{end="src"} and on (host) ${LAST_JOINED})
        )
      )
      or
      (
        (time() - ${LAST_SEEN} unless ignoring (end, host) ${HOST_LAST_SEEN})
        and on () (min(${LAST_JOINED}) > time() - 180)
      )`,
  },
  {
    comment: 'The edges of DependencyVanished.',
    record: RECORDED.vanishedEdgeLastSeen,
    expr: promql`
      ${LAST_SEEN}
      and (${UNUSED} > ${MAX_GAP})
      and (${WATCHED} > ${MAX_GAP})`,
  },
  {
    comment: `The edges of DependencyUnexpected: in use, neither expected nor allowed, and not of an exporter. An endpoint identified by its address because
its exporter is down is not a different endpoint.`,
    record: RECORDED.unexpectedEdgeLastSeen,
    expr: promql`
      ${UNLISTED}
      and on (${SERVICE_EDGE}) ${USERS}
      unless on (${SERVICE_EDGE})
      (
        ${unnamed('src')}
        or
        ${unnamed('dst')}
      )
      unless ${own(UNLISTED)}
      and on () (count(${MAX_GAP}) > 0)`,
  },
  {
    comment: `Failed connection attempts of the last 5 m, except those that the client cancelled or made elsewhere as well. They are recorded after the opened
connections and read before them: no failure is read without the successes of the same time.`,
    record: FAILED,
    expr: promql`
      sum without (error_type) (
        sum_over_time(${RECORDED.connectionsFailed}{${HARMFUL}}[5m])
      )`,
  },
  {
    record: OPENED,
    expr: promql`sum_over_time(${RECORDED.connectionsOpened}[5m])`,
  },
  {
    comment: 'The users whose attempts failed: an edge of many hosts may fail for one of them only.',
    record: FAILING_USERS,
    expr: promql`
      ${USERS} * 0
      + on (${HALF_EDGE}) group_left ()
      sum by (${HALF_EDGE}) (
        sum_over_time(${failedIncreaseOf(HARMFUL)}[5m])
      )`,
  },
  {
    comment: 'One of them for each service edge: the same one as long as its attempts fail.',
    record: FAILING_EXAMPLE,
    expr: promql`
      topk by (${SERVICE_EDGE}) (1,
        (${FAILING_USERS} and ${FAILING_EXAMPLE})
        or on (${SERVICE_EDGE})
        topk by (${SERVICE_EDGE}) (1, ${FAILING_USERS})
      )`,
  },
  {
    comment: `The edges of DependencyFailing, even if not in use any more: five or more failed attempts, and more than a tenth of all
attempts, unless the edge is allowed. Attempts at many ports are unexpected, and no failure of a destination.`,
    record: RECORDED.failingEdgeConnectionsFailed,
    expr: promql`
      ${FAILED} >= 5
      and (${FAILED} > 0.1 * (${FAILED} + (${OPENED} or ${FAILED} * 0)))
      and
      (
        ${MAX_GAP}
        or
        last_over_time(${UNLISTED}[5m])
        or
        (${FAILED} unless on () (${MAX_GAP} or ${UNLISTED}))
      )
      unless last_over_time(${ALLOWED}[5m])
      unless ${own(FAILED)}
      unless (${FAILED}{dst_port="many"} and on () (count(${MAX_GAP}) > 0))`,
  },
];
