import { cycles } from './cycles.ts';
import { halfEdges, SETTLE } from './half-edges.ts';
import { promql, recorded, unique, withCopies, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';

/** Seconds without a collection cycle after which a host is silent: those of MusubiExporterDown. */
const SILENT = '180';
/** Seconds for which a host and its addresses are remembered. */
const DAY = '86400';

const HOST_CYCLES = 'musubi:host:cycles';
const LAST_CYCLE = 'musubi:host:last_cycle_seconds';
const ADDRESS = 'musubi:address:last_seen_seconds';
const OWNER = 'musubi:address:owner';
const KNOWN = 'musubi:address:known_host';

/** Loopback, unspecified and link-local addresses, which every host has. */
export const EVERY_HOSTS = '|0\\\\.0\\\\.0\\\\.0|::|127\\\\..*|::1|169\\\\.254\\\\..*|fe[89ab].:.*';

/** The value of a series at the previous evaluation, even if some were missed. */
const previous = (series: string) => `last_over_time(${series}[1h])`;

/** Hosts with an exporter whose latest collection cycle is known already. */
export const hosts = recorded(LAST_CYCLE);
/** Hosts that may still report what happened until the previous evaluation. */
export const lateHosts = promql`(${hosts} < time() and ${hosts} > time() - ${SILENT})`;
/** Hosts that do not. */
export const silentHosts = promql`(${hosts} <= time() - ${SILENT})`;
/** Addresses with the only host that has them or, if none does at present, that had them. */
export const knownOnce = recorded(OWNER);
/** Those of hosts with an exporter. */
const knownAddresses = recorded(KNOWN);
/** The addresses of each host at present. */
export const currentAddresses = promql`(${recorded(ADDRESS)} == time())`;

/** Copies a label of hosts or addresses to the one of an endpoint. */
export const as = (label: string, from: string, rows: string) => withCopies(rows, { [label]: from });

/** Rows with an address of a host with an exporter, and that host. Whether their value is 1 is not relevant. */
export const awaited = (rows: string, address: string) =>
  withLabelsOf(rows, [address], ['host'], as(address, 'address', knownAddresses));

/** Those that wait: for 3 m; while their host is silent, for an hour. */
export const stillAwaited = (series: string) => promql`
  (
    ${recorded(series)} unless ${series} offset 3m
    or
    (${recorded(series)} and on (host) (${hosts} < time())) unless ${series} offset 1h
  )`;

const local = (direction: string, end: string) =>
  withCopies(
    promql`
      group by (${end}_address, ${end}_host) (
        ${halfEdges(`direction${direction}"outbound", network_transport!="unix", ${end}_host!="", ${end}_address!~"${EVERY_HOSTS}"`)}
      )`,
    { address: `${end}_address`, host: `${end}_host` },
  );

const LISTENED_AT = promql`
  group by (dst_address, dst_host) (
    service_dependency_listen{network_transport!="unix", dst_host!="", dst_address!~"${EVERY_HOSTS}"} offset ${SETTLE}
  )`;

export const HOST_RULES: readonly Rule[] = [
  {
    comment: 'The collection cycles of each host that are recorded below.',
    record: HOST_CYCLES,
    expr: promql`max by (host) (${cycles(` offset ${SETTLE}`)})`,
  },
  {
    comment: 'The evaluation at which each host last had a new one. A host is remembered for a day.',
    record: LAST_CYCLE,
    expr: promql`
      (${recorded(HOST_CYCLES)} unless (${recorded(HOST_CYCLES)} == ${HOST_CYCLES} offset 1s)) * 0 + time()
      or
      (${previous(LAST_CYCLE)} > time() - ${DAY})`,
  },
  {
    comment: 'The addresses of each host, and the evaluation at which it last had them.',
    record: ADDRESS,
    expr: promql`
      group by (address, host) (
        ${withCopies(LISTENED_AT, { address: 'dst_address', host: 'dst_host' })}
        or
        ${local('=', 'src')}
        or
        ${local('!=', 'dst')}
      ) * time()
      or
      (${previous(ADDRESS)} > time() - ${DAY})`,
  },
  {
    comment: 'The only host that has the address or, if none has it at present, the only one that had it.',
    record: OWNER,
    expr: promql`
      ${unique(`group by (address, host) (${currentAddresses})`, ['address'])}
      or on (address)
      ${unique(`group by (address, host) (${recorded(ADDRESS)})`, ['address'])}`,
  },
  {
    comment: 'Those of hosts with an exporter.',
    record: KNOWN,
    expr: promql`${knownOnce} and on (host) ${hosts}`,
  },
];
