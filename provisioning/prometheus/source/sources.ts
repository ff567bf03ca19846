import {
  byAddress,
  destination,
  newlyAwaited,
  otherDestination,
  reportedDestination,
} from './destinations.ts';
import { failedIncrease, halfEdges, openedIncrease } from './half-edges.ts';
import { as, awaited, hosts, stillAwaited } from './hosts.ts';
import { COUNTED_SOURCE_NAMES, KEPT, LOOKUP, MATCH, NAMES, SOURCE_NAMES } from './labels.ts';
import { INBOUND_LEFT, previously } from './left.ts';
import { firstBy, type Labels, latest, promql, recorded, unique, withLabel, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';

const OUTBOUND = halfEdges('direction="outbound"');
const INBOUND = halfEdges('direction!="outbound"');

const AS_REPORTED = 'musubi:outbound:as_reported';
export const asReported = recorded(AS_REPORTED);
const SEEN_BY_SOURCE = 'musubi:outbound:edge_last_seen_seconds';
export const seenBySource = recorded(SEEN_BY_SOURCE);
export const REST = 'musubi:inbound:unmatched_last_seen_seconds';
export const rest = recorded(REST);
const WANTED = 'musubi:source:lookup';
const wanted = recorded(WANTED);
const CANDIDATE = 'musubi:source:candidate';
const REMEMBERED = 'musubi:source:last_seen_seconds';
const REMEMBERED_NOW = 'musubi:source:remembered';
export const SOURCE = 'musubi:source:identity';
/** The source of the connections of each `MATCH`, of those that only a destination reports or counts. */
export const source = recorded(SOURCE);
const SPLIT = 'musubi:inbound:split';
/** The `MATCH`es of one source and several destination services: their destination's half-edges are edges. */
export const split = recorded(SPLIT);
const AWAITED = 'musubi:source:awaited';
/** Half-edges of destinations whose source is unknown, but has an address of a host with an exporter, as long as they wait for it. */
export const newlyAwaitedSource = stillAwaited(AWAITED);

/** Seconds for which the source of connections is remembered. */
const MEMORY = '86400';

/** Outbound rows with a label for the hosts that report their edge. */
const withOutboundObserver = (rows: string) => promql`
  ${withLabel(promql`${rows} and on (${MATCH}) ${INBOUND}`, 'observer', 'both')}
  or
  ${withLabel(promql`${rows} unless on (${MATCH}) ${INBOUND}`, 'observer', 'source')}`;

/** Rows of half-edges that are looked up by address, with their destinations. */
export const withDestination = (rows: string, names: Labels, destinations = destination) =>
  withLabelsOf(rows, LOOKUP, names, destinations);

/** Rows of inbound half-edges with their sources. */
export const withSource = (rows: string, names: Labels, sources = source) =>
  withLabelsOf(rows, MATCH, names, sources);

/** What the sources of a key have in common, at least the service. */
function commonService(rows: string): string {
  const without = (...labels: string[]) => `group without (${labels.join(', ')}) (${rows})`;
  return firstBy(MATCH, [
    unique(rows, MATCH),
    unique(without('src_pid'), MATCH),
    unique(without('src_pid', 'src_process', 'src_kind'), MATCH),
  ]);
}

/** What they have in common, at least the host. */
const commonSource = (rows: string) =>
  firstBy(MATCH, [
    commonService(rows),
    unique(`group without (src_pid, src_process, src_kind, src_service) (${rows})`, MATCH),
  ]);

/** The half-edges of destinations that count connections, or have left some. */
const counting = [openedIncrease, failedIncrease, (matchers: string) => previously(INBOUND_LEFT, matchers)]
  .map((counts) => counts('direction="inbound", src_host="", dst_host!=""'))
  .join('\nor\n');

export const SOURCE_RULES: readonly Rule[] = [
  {
    comment:
      'Outbound half-edges without a lookup result; those with an address of a host with an exporter after 3 m.',
    record: AS_REPORTED,
    expr: promql`
      ${OUTBOUND}
      unless (${byAddress} and on (${LOOKUP}) ${destination})
      unless on (${[...LOOKUP, 'dst_host', 'dst_service']}) ${newlyAwaited}`,
  },
  {
    comment: 'The edges that their sources report, with the processes of both endpoints.',
    record: SEEN_BY_SOURCE,
    expr: promql`
      ${withDestination(
        promql`max by (${KEPT}) (${byAddress})`,
        [...NAMES, 'observer'],
        promql`
          (
            ${withLabel(reportedDestination, 'observer', 'both')}
            or
            ${withOutboundObserver(otherDestination)}
          )`,
      )}
      or
      max without (direction) (${withOutboundObserver(asReported)})`,
  },
  {
    comment: 'The half-edges of destinations that belong to none of them.',
    record: REST,
    expr: promql`${INBOUND} unless on (${[...MATCH, 'dst_service']}) ${seenBySource}`,
  },
  {
    comment: 'The connections whose source is looked up: of these half-edges, and of those that count now.',
    record: WANTED,
    expr: promql`
      group by (${MATCH}) (
        ${recorded(REST, 'direction="inbound", src_host="", dst_host!=""')}
        or
        ${counting}
      )`,
  },
  {
    comment: 'Their possible sources: the outbound half-edges with these connections.',
    record: CANDIDATE,
    expr: promql`
      group by (${[...MATCH, ...SOURCE_NAMES]}) (${recorded(SEEN_BY_SOURCE, 'dst_host!=""')} and on (${MATCH}) ${wanted})`,
  },
  {
    comment:
      'The sources of connections that both hosts report, and when: a name outlasts the silence of an exporter.',
    record: REMEMBERED,
    expr: promql`
      group by (${[...MATCH, ...COUNTED_SOURCE_NAMES]}) (
        ${recorded(SEEN_BY_SOURCE, 'observer="both", src_service!="", src_address!="", network_transport!="unix"')}
        or
        ${withSource(
          promql`group by (${MATCH}) (${recorded(REST, 'direction="inbound", src_host="", dst_host!=""')})`,
          SOURCE_NAMES,
          promql`(${SOURCE}{observer="destination"} offset 1s)`,
        )}
      ) * time()
      or
      (last_over_time(${REMEMBERED}[1h]) > time() - ${MEMORY})`,
  },
  {
    comment: 'Those that are used: without a candidate, while their exporter is silent or has just returned.',
    record: REMEMBERED_NOW,
    expr: promql`
      ${recorded(REMEMBERED)}
      and on (${MATCH}) (${wanted} unless on (${MATCH}) ${recorded(CANDIDATE)})
      unless
      (
        (${recorded(REMEMBERED)} <= time() - 600)
        and on (src_host) ${as('src_host', 'host', promql`(${hosts} == time())`)}
      )`,
  },
  {
    comment: `What the sources have in common. Without any, the service of the last ones, if they had one in common.`,
    record: SOURCE,
    expr: promql`
      ${withLabel(commonSource(recorded(CANDIDATE)), 'observer', 'both')}
      or on (${MATCH})
      ${withLabel(
        commonService(
          promql`
            group by (${[...MATCH, ...COUNTED_SOURCE_NAMES]}) (
              ${latest(recorded(REMEMBERED_NOW), MATCH)}
            )`,
        ),
        'observer',
        'destination',
      )}`,
  },
  {
    comment:
      'Connections of one source to several services on one address and port: only their host can distinguish these.',
    record: SPLIT,
    expr: promql`
      group by (${MATCH}) (${recorded(REST, 'direction="inbound", src_host="", dst_service!=""')})
      and on (${MATCH})
      ${recorded(SOURCE, 'observer="both", src_service!=""')}`,
  },
  {
    comment:
      'Half-edges of unknown sources at addresses of hosts with an exporter, which may still report them.',
    record: AWAITED,
    expr: awaited(
      promql`
        (
          ${recorded(REST, 'direction="inbound", src_service="", src_host="", src_address!="", network_transport!="unix"')}
          unless on (${MATCH}) ${source}
        )`,
      'src_address',
    ),
  },
];
