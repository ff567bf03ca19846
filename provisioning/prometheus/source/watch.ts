import { RECORDED } from '@musubi/contract/recorded-series';
import { cycles } from './cycles.ts';
import { JOINED_CYCLES, SERVICE_EDGE } from './edges.ts';
import { promql, withCopies, withFirstOf, withLabel } from './promql.ts';
import type { Rule } from './rule.ts';

/** Who uses a service edge. */
const USER = ['src_process', 'src_host', 'src_address', 'dst_process', 'dst_host', 'dst_address'] as const;

/** A break in what a host reports, in seconds, beyond which its clocks start anew: a restart takes less. */
const BREAK = '300';
/** How long a host is known of which nothing is heard, in seconds. */
const DAY = '86400';
/** No host is kept in mind for longer than that for an edge without a max_gap, in seconds. */
const MONTH = '2592000';

const CYCLES = RECORDED.exporterCycles;
const EXPORTER_REPORTED = RECORDED.exporterLastReport;
const REPORTED = RECORDED.hostLastReport;
const KNOWN_CYCLES = 'musubi:exporter:known_cycles';
const KNOWN = 'musubi:host:last_joined_seconds';
const SINCE = 'musubi:host:watched_since_seconds';
const ADDRESS = 'musubi:host:address_last_seen_seconds';
const USE = 'musubi:service_edge:user_last_seen_seconds';
export const EXAMPLE = 'musubi:service_edge:example_last_seen_seconds';
const MAX_GAP = RECORDED.expectedEdgeMaxGap;
const HOST_USE = 'musubi:expected_edge:host_user_last_seen_seconds';
const HOST_SEEN = 'musubi:expected_edge:host_last_seen_seconds';
const SEEN = 'musubi:expected_edge:last_seen_seconds';
const UNUSED = 'musubi:expected_edge:unused_seconds';
const WATCHED = 'musubi:expected_edge:watched_seconds';
const ALLOWED = RECORDED.allowedEdgeLastSeen;
const UNLISTED = RECORDED.unlistedEdgeLastSeen;
const OPENED = 'musubi:service_edge:connections_opened:increase5m';
const FAILED = 'musubi:service_edge:connections_failed:increase5m';

/** What a series was at the evaluation before, or the last one where some were missed. */
const before = (series: string) => `last_over_time(${series}[1h])`;

/** The time now, for series that have changed since the evaluation before, or are new. */
const nowIfChanged = (series: string) => promql`
  ((${series} unless (${series} == ${series} offset 30s)) * 0 + time())`;

/**
 * Each end of a service edge by itself: what is known of it under labels of its own, as `end` which it is, and labels of
 * the edge.
 */
function eitherEnd(
  known: Readonly<Record<string, string>>,
  kept: readonly string[],
  select: (end: string) => string,
): string {
  const end = (which: string) => {
    const labels = Object.entries(known).map(([to, from]) => [to, `${which}_${from}`] as const);
    // By fewer rows first: each change of a label goes through all of them.
    const rows = promql`
      max by (${[...kept, ...labels.map(([, from]) => from)]}) (${USE}{${select(which)}})`;
    return withLabel(withCopies(rows, Object.fromEntries(labels)), 'end', which);
  };
  return promql`
    (
      ${end('src')}
      or
      ${end('dst')}
    )`;
}

/**
 * Service edges of which an end goes by the address of a host whose exporter does not report, or had missed a scrape
 * when the edges were joined: they have another name.
 */
const nameless = (end: string) => promql`
  (
    label_replace(
      ${USE}{${end}_host="", ${end}_address!=""},
      "address", "$1", "${end}_address", "(?s)(.*)"
    )
    and on (address)
    (
      ${ADDRESS}
      unless on (host)
      (${KNOWN_CYCLES} and on (host) (${REPORTED} >= time() - 60))
    )
  )`;

const LOOPBACK = '|127[.].*|::1';

export const WATCH_RULES: readonly Rule[] = [
  {
    why: 'Which exporters watch, on which hosts.',
    record: CYCLES,
    expr: cycles(),
  },
  {
    why: 'When each last told of a pass: of the last day, and of those that are still to be scraped.',
    record: EXPORTER_REPORTED,
    expr: promql`
      ${nowIfChanged(CYCLES)}
      or
      (${before(EXPORTER_REPORTED)} > time() - ${DAY})
      or
      (${before(EXPORTER_REPORTED)} and on (job, instance) up == 0)`,
  },
  {
    record: REPORTED,
    expr: promql`max by (host) (${EXPORTER_REPORTED})`,
  },
  {
    why: `Passes of which the edges are known. Asked for before the edges, which all of these are then among.`,
    record: KNOWN_CYCLES,
    expr: JOINED_CYCLES,
  },
  {
    why: 'When there last were new ones, by host: a clock that stands still, too, while edges are not joined.',
    record: KNOWN,
    expr: promql`
      max by (host) (${nowIfChanged(KNOWN_CYCLES)})
      or
      (${before(KNOWN)} and ${REPORTED})`,
  },
  {
    why: 'Since when each host is watched without a break.',
    record: SINCE,
    expr: promql`
      (
        (${SINCE} and ${KNOWN})
        unless (${KNOWN} - ${KNOWN} offset 30s > ${BREAK})
      )
      or
      ${KNOWN}`,
  },
  {
    why: `Who uses a service edge: processes, hosts and addresses, but no pids. Its ends go by the names that
${RECORDED.serviceEdgeLastSeen} has.`,
    record: USE,
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
    why: `One of these for each service edge: the same for as long as it is there, so that an alert keeps its labels. That
of an expected edge stays. Its value is when it was there last.`,
    record: EXAMPLE,
    expr: promql`
      topk by (${SERVICE_EDGE}) (1,
        (
          (
            (${EXAMPLE} and ${USE})
            or on (${SERVICE_EDGE})
            topk by (${SERVICE_EDGE}) (1, ${USE})
          ) * 0 + time()
        )
        or on (${SERVICE_EDGE})
        (${before(EXAMPLE)} and on (${SERVICE_EDGE}) ${MAX_GAP})
      )`,
  },
  {
    why: 'The addresses of hosts that have an exporter.',
    record: ADDRESS,
    expr: promql`
      (
        max by (host, address) (
          ${eitherEnd(
            { host: 'host', address: 'address' },
            [],
            (end) => `${end}_host!="", ${end}_address!~"${LOOPBACK}"`,
          )}
        ) * 0 + time()
      )
      or
      (${before(ADDRESS)} > time() - ${DAY})`,
  },
  {
    why: 'Which hosts have either end of an expected edge.',
    record: HOST_USE,
    expr: promql`
      max by (${[...SERVICE_EDGE, 'end', 'host']}) (
        ${eitherEnd({ host: 'host' }, SERVICE_EDGE, (end) => `${end}_host!=""`)}
      )
      and ignoring (end, host) ${MAX_GAP}`,
  },
  {
    why: `When they last did. A host that stopped more than a max_gap before the others is left out: the service has moved
away from it.`,
    record: HOST_SEEN,
    expr: promql`
      ${nowIfChanged(HOST_USE)}
      or
      (
        ${before(HOST_SEEN)}
        >= ignoring (end, host) group_left ()
        (${before(SEEN)} - clamp_max(${MAX_GAP}, ${MONTH}))
      )`,
  },
  {
    why: 'When an expected edge was last seen; one that never was, when it was first expected.',
    record: SEEN,
    expr: promql`
      (
        max without (end, host) (${HOST_SEEN})
        or
        ${before(SEEN)}
        or
        ((${MAX_GAP} > bool 0) * 0 + time())
      )
      and ${MAX_GAP}`,
  },
  {
    why: `For how long it was not used, as far as all of its hosts have reported. A host of which nothing was heard for a
day does not count.`,
    record: UNUSED,
    expr: promql`
      (
        min without (end, host) (${HOST_SEEN} * 0 + on (host) group_left () ${KNOWN})
        - ${SEEN}
      )
      or
      (time() - ${SEEN} unless ignoring (end, host) ${HOST_SEEN})`,
  },
  {
    why: `For how long all of them have watched; not for one whose source is on hosts that do not count. Of an edge that
was never seen nobody knows who should watch for it: all hosts that are known.`,
    record: WATCHED,
    expr: promql`
      (
        min without (end, host) (${HOST_SEEN} * 0 + on (host) group_left () (${KNOWN} - ${SINCE}))
        unless ignoring (end, host)
        (
          ${HOST_SEEN}{end="src"}
          unless ignoring (end, host)
          (${HOST_SEEN}{end="src"} and on (host) ${KNOWN})
        )
      )
      or
      (
        (time() - ${SEEN} unless ignoring (end, host) ${HOST_SEEN})
        and on () (min(${KNOWN}) > time() - 180)
      )`,
  },
  {
    why: 'What DependencyVanished tells.',
    record: RECORDED.vanishedEdgeLastSeen,
    expr: promql`
      ${SEEN}
      and (${UNUSED} > ${MAX_GAP})
      and (${WATCHED} > ${MAX_GAP})`,
  },
  {
    why: `What DependencyUnexpected tells: what is there and is neither expected nor allowed. An end that goes by its address
while its exporter is down is no other one.`,
    record: RECORDED.unexpectedEdgeLastSeen,
    expr: promql`
      ${UNLISTED}
      and on (${SERVICE_EDGE}) ${USE}
      unless on (${SERVICE_EDGE})
      (
        ${nameless('src')}
        or
        ${nameless('dst')}
      )
      and on () (count(${MAX_GAP}) > 0)`,
  },
  {
    why: `Failures of the last 5 m. One that its source cancelled has none. They are joined after the connections opened, and
asked for before those: none is without its likes.`,
    record: FAILED,
    expr: promql`
      sum without (error_type) (
        max without (observer) (
          sum_over_time(${RECORDED.connectionsFailed}{error_type!="cancelled"}[5m])
        )
      )`,
  },
  {
    why: 'Connections, as the end that counted more of them did.',
    record: OPENED,
    expr: promql`max without (observer) (sum_over_time(${RECORDED.connectionsOpened}[5m]))`,
  },
  {
    why: `What DependencyFailing tells: five failures or more, and more than a tenth of all, of what is known not to be
allowed. It may be there no more.`,
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
      unless last_over_time(${ALLOWED}[5m])`,
  },
];
