import { RECORDED } from '@musubi/contract/recorded-series';
import { destination, newlyAwaited, TO_ADDRESS } from './destinations.ts';
import { failedIncrease, openedIncrease } from './half-edges.ts';
import { as, lateHosts, silentHosts } from './hosts.ts';
import {
  COUNTED,
  COUNTED_SOURCE_NAMES,
  DESTINATION_NAMES,
  KEPT,
  KEPT_INBOUND,
  LOOKUP,
  MATCH,
  withoutPids,
} from './labels.ts';
import { INBOUND_LEFT, previously } from './left.ts';
import { type Labels, promql, recorded, unique, withLabel, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';
import { newlyAwaitedSource, SOURCE as SOURCE_IDENTITY, source } from './sources.ts';

/*
 * The connections of an edge, each once. Both half-edges count them, but not at the same time, and each knows only its own
 * process. Two counts of the same connections are therefore paired: the one side has a single process, and the other
 * distinguishes its processes. What has no counterpart waits until the other host has reported, and is then counted
 * alone. Connections that wait are left for the next evaluation.
 */

const OUTBOUND_LEFT = 'musubi:outbound:connections_opened:left';
const FAILED_LEFT = 'musubi:outbound:connections_failed:left';
const UNNAMED = 'musubi:outbound:connections_opened:unnamed';
const OUTBOUND = 'musubi:outbound:connections_opened:pending';
const INBOUND = 'musubi:inbound:connections_opened:pending';
const BY_SOURCES = 'musubi:connection:outbound_pending';
const BY_DESTINATIONS = 'musubi:connection:inbound_pending';
const SOURCE = 'musubi:connection:source';
const DESTINATION = 'musubi:connection:destination';
const PAIRED = 'musubi:connection:paired';
const OUTBOUND_REST = 'musubi:outbound:connections_opened:rest';
const INBOUND_REST = 'musubi:inbound:connections_opened:rest';
const OUTBOUND_DUE = 'musubi:outbound:connections_opened:due';
const INBOUND_DUE = 'musubi:inbound:connections_opened:due';
const ALONE = 'musubi:connection:counted_alone';
const REPEATED = 'musubi:connection:repeated';
const FAILED_UNNAMED = 'musubi:outbound:connections_failed:unnamed';
const FAILED = 'musubi:outbound:connections_failed:pending';

const outbound = recorded(OUTBOUND, 'dst_host!=""');
const inbound = recorded(INBOUND, 'dst_host!=""');
const bySources = recorded(BY_SOURCES);
const byDestinations = recorded(BY_DESTINATIONS);
const onlySource = unique(recorded(SOURCE), MATCH);
const onlyDestination = unique(recorded(DESTINATION), MATCH);
const pairedBySource = recorded(PAIRED, 'by="source"');
const pairedByDestination = recorded(PAIRED, 'by="destination"');
/** Keys with counts of both sides that cannot be paired yet. */
const open = promql`(${bySources} unless on (${MATCH}) ${recorded(PAIRED)})`;

/** The sum of several counts, which may have the same labels. */
const total = (labels: Labels, counts: readonly string[]) => promql`
  sum by (${labels}) (
    ${counts.map((count, at) => withLabel(count, 'part', `${at}`)).join('\nor\n')}
  )`;

/** Counts by source with the names of their destinations. */
const named = (counts: string, more: Labels = []) => {
  const byAddress = recorded(counts, TO_ADDRESS);
  return total(
    [...COUNTED, ...more],
    [
      withLabelsOf(
        promql`sum by (${[...withoutPids(KEPT), ...more]}) (${byAddress})`,
        LOOKUP,
        DESTINATION_NAMES,
        destination,
      ),
      promql`(${recorded(counts)} unless (${byAddress} and on (${LOOKUP}) ${destination}))`,
    ],
  );
};

/** What remains of a side of which `taken` connections were paired: its rows, or the one row. */
const restOf = (rows: string, key: string, taken: string) => promql`
  (${rows} unless on (${MATCH}) ${recorded(PAIRED)})
  or
  (topk by (${MATCH}) (1, ${rows}) * 0 + on (${MATCH}) group_left () (${key} - on (${MATCH}) ${taken} > 0))`;

/** What remains of the connections that the previous evaluation left: pairs take the oldest first. */
const old = (rest: string, pending: string, left: string) =>
  promql`(${recorded(rest)} - ${recorded(pending)} + ${previously(left)} > 0)`;

/** Rows less the sum of others with the same key, if any remains. */
function less(rows: string, others: string): string {
  return promql`
  (
    (${rows} - on (${MATCH}) group_left () sum by (${MATCH}) (${others})) > 0
    or
    (${rows} unless on (${MATCH}) ${others})
  )`;
}

const outboundDue = recorded(OUTBOUND_DUE);
const inboundDue = recorded(INBOUND_DUE);
/** Counts that are due although both sides have some: by destination if there is one source, else by source. */
const ofOnlySource = promql`(${inboundDue} and on (${MATCH}) (${open} and on (${MATCH}) ${onlySource}))`;
const ofSeveral = promql`(${outboundDue} and on (${MATCH}) (${open} unless on (${MATCH}) ${onlySource}))`;
const outboundAlone = promql`(${outboundDue} unless on (${MATCH}) ${open})`;
const inboundAlone = promql`(${inboundDue} unless on (${MATCH}) ${open})`;

/** Those that the other side has not counted alone before. */
const newOutbound = less(outboundAlone, recorded(REPEATED, 'by="source"'));
const newInbound = less(inboundAlone, recorded(REPEATED, 'by="destination"'));

/** The inbound counts with the names of the only source. */
const withOnlySource = (rows: string, sources = onlySource) =>
  withLabelsOf(promql`sum by (${withoutPids(KEPT_INBOUND)}) (${rows})`, MATCH, COUNTED_SOURCE_NAMES, sources);

/** The least of what is due and what the other side has counted alone within an hour, or 2 m if it reports. */
function repeated(by: string, due: string): string {
  const other = by === 'source' ? 'destination' : 'source';
  const within = (range: string, exporter: string) => promql`
    (
      sum by (${[...MATCH, 'exporter']}) (
        sum_over_time(${ALONE}{by="${by}", exporter="${exporter}"}[${range}])
        or
        -sum_over_time(${REPEATED}{by="${other}", exporter="${exporter}"}[${range}])
      ) > 0
    )`;
  const counted = promql`
    (
      ${within('1h', 'silent')}
      or on (${MATCH})
      ${within('2m', 'reporting')}
    )`;
  const dueOfKey = promql`(${counted} * 0 + on (${MATCH}) group_left () sum by (${MATCH}) (${due}))`;
  return promql`
    ${counted} < ${dueOfKey}
    or
    ${dueOfKey}`;
}

const alone = (by: string, rows: string, whereSilent: string) =>
  ['silent', 'reporting']
    .map((exporter) => {
      const only = promql`sum by (${MATCH}) (${rows} ${exporter === 'silent' ? 'and' : 'unless'} ${whereSilent})`;
      return withLabel(withLabel(only, 'exporter', exporter), 'by', by);
    })
    .join('\nor\n');

export const COUNT_RULES: readonly Rule[] = [
  {
    comment: 'Connections that sources have counted, and that are not recorded yet.',
    record: UNNAMED,
    expr: total(COUNTED, [openedIncrease('direction="outbound"'), previously(OUTBOUND_LEFT)]),
  },
  { comment: 'The same with their destinations.', record: OUTBOUND, expr: named(UNNAMED) },
  {
    comment: 'Those that destinations have counted.',
    record: INBOUND,
    expr: total(COUNTED, [openedIncrease('direction!="outbound"'), previously(INBOUND_LEFT)]),
  },
  {
    comment: 'The sums of both sides for each key, where both have some.',
    record: BY_SOURCES,
    expr: promql`sum by (${MATCH}) (${outbound} and on (${MATCH}) ${inbound})`,
  },
  { record: BY_DESTINATIONS, expr: promql`sum by (${MATCH}) (${inbound} and on (${MATCH}) ${bySources})` },
  {
    comment: 'Their sources and destinations.',
    record: SOURCE,
    expr: promql`group by (${[...MATCH, ...COUNTED_SOURCE_NAMES]}) (${outbound} and on (${MATCH}) ${bySources})`,
  },
  {
    record: DESTINATION,
    expr: promql`group by (${[...MATCH, ...DESTINATION_NAMES]}) (${inbound} and on (${MATCH}) ${bySources})`,
  },
  {
    comment: `The number of pairs for each key: all connections that the destinations have counted if they have a single source, or that
the sources have counted if they have a single destination.`,
    record: PAIRED,
    labels: { by: 'destination' },
    expr: promql`(${byDestinations} <= ${bySources}) and on (${MATCH}) ${onlySource}`,
  },
  {
    record: PAIRED,
    labels: { by: 'source' },
    expr: promql`
      (${bySources} <= ${byDestinations})
      and on (${MATCH}) ${onlyDestination}
      unless on (${MATCH}) ${pairedByDestination}`,
  },
  {
    comment: 'What is not paired.',
    record: OUTBOUND_REST,
    expr: promql`
      ${restOf(outbound, bySources, pairedByDestination)}
      or
      ${recorded(OUTBOUND, 'dst_host=""')}`,
  },
  {
    record: INBOUND_REST,
    expr: promql`
      ${restOf(inbound, byDestinations, pairedBySource)}
      or
      ${recorded(INBOUND, 'dst_host=""')}`,
  },
  {
    comment: `What is due: left by the previous evaluation, and the other host has reported since, or is silent. A connection with an
unnamed endpoint at the address of a host with an exporter waits for 3 m.`,
    record: OUTBOUND_DUE,
    expr: promql`
      ${old(OUTBOUND_REST, OUTBOUND, OUTBOUND_LEFT)}
      unless on (dst_host) ${as('dst_host', 'host', lateHosts)}
      unless on (${[...LOOKUP, 'dst_host', 'dst_service']}) ${newlyAwaited}`,
  },
  {
    record: INBOUND_DUE,
    expr: promql`
      ${old(INBOUND_REST, INBOUND, INBOUND_LEFT)}
      unless on (${MATCH}) (${source} and on (src_host) ${as('src_host', 'host', lateHosts)})
      unless on (${MATCH}) ${newlyAwaitedSource}`,
  },
  {
    comment: `What one side counts that the other one has counted alone before: its host was silent, but its exporter counted on; or
it was later than usual.`,
    record: REPEATED,
    labels: { by: 'destination' },
    expr: repeated('source', inboundAlone),
  },
  { record: REPEATED, labels: { by: 'source' }, expr: repeated('destination', outboundAlone) },
  {
    comment: 'What is counted alone now, while the exporter of the other host is silent or reports.',
    record: ALONE,
    expr: promql`
      ${alone('source', newOutbound, promql`on (dst_host) ${as('dst_host', 'host', silentHosts)}`)}
      or
      ${alone('destination', newInbound, promql`on (${MATCH}) (${source} and on (src_host) ${as('src_host', 'host', silentHosts)})`)}`,
  },
  {
    record: OUTBOUND_LEFT,
    expr: promql`
      (
        ${recorded(OUTBOUND_REST)} - (${outboundAlone} or ${ofSeveral}) > 0
        or
        (${less(promql`(${recorded(OUTBOUND_REST)} and on (${MATCH}) ${ofOnlySource})`, ofOnlySource)})
        or
        (${recorded(OUTBOUND_REST)} unless (${outboundAlone} or ${ofSeveral}) unless on (${MATCH}) ${ofOnlySource})
      )`,
  },
  {
    record: INBOUND_LEFT,
    expr: promql`
      (
        ${recorded(INBOUND_REST)} - (${inboundAlone} or ${ofOnlySource}) > 0
        or
        (${less(promql`(${recorded(INBOUND_REST)} and on (${MATCH}) ${ofSeveral})`, ofSeveral)})
        or
        (${recorded(INBOUND_REST)} unless (${inboundAlone} or ${ofOnlySource}) unless on (${MATCH}) ${ofSeveral})
      )`,
  },
  {
    comment: `Connections opened since the previous evaluation, if any: the pairs, and those that only one side has counted. In a range:
  sum_over_time(${RECORDED.edgeConnectionsOpened}[1d])`,
    record: RECORDED.edgeConnectionsOpened,
    expr: total(COUNTED, [
      withOnlySource(promql`(${inbound} and on (${MATCH}) ${pairedByDestination})`),
      withLabelsOf(
        promql`
          sum by (${[...withoutPids(KEPT), 'dst_host']}) (${outbound} and on (${MATCH}) ${pairedBySource})`,
        MATCH,
        DESTINATION_NAMES.filter((label) => label !== 'dst_host'),
        onlyDestination,
      ),
      withOnlySource(ofOnlySource),
      ofSeveral,
      newOutbound,
      withOnlySource(promql`(${newInbound} and on (${MATCH}) ${source})`, source),
      promql`(${newInbound} unless on (${MATCH}) ${source})`,
    ]),
  },
  {
    comment: 'Failed attempts that sources have counted, with their destinations.',
    record: FAILED_UNNAMED,
    expr: total(
      [...COUNTED, 'error_type'],
      [failedIncrease('direction="outbound"'), previously(FAILED_LEFT)],
    ),
  },
  { record: FAILED, expr: named(FAILED_UNNAMED, ['error_type']) },
  {
    record: FAILED_LEFT,
    expr: promql`${recorded(FAILED)} and on (${[...LOOKUP, 'dst_host', 'dst_service']}) ${newlyAwaited}`,
  },
  {
    comment: 'Failed attempts, as counted by the source if it reports, else by the destination.',
    record: RECORDED.edgeConnectionsFailed,
    expr: promql`
      ${recorded(FAILED)} unless ${recorded(FAILED_LEFT)}
      or
      ${withLabelsOf(
        promql`
          sum by (${[...withoutPids(KEPT_INBOUND), 'error_type']}) (
            ${failedIncrease('direction="inbound", src_host=""')})`,
        MATCH,
        COUNTED_SOURCE_NAMES,
        recorded(SOURCE_IDENTITY, 'observer="destination"'),
      )}
      or
      sum by (${[...COUNTED, 'error_type']}) (
        ${failedIncrease('direction!="outbound", src_host=""')} unless on (${MATCH}) ${source}
      )`,
  },
];
