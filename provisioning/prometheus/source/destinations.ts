import { halfEdges, recentlyOpened, SETTLE } from './half-edges.ts';
import { as, awaited, currentAddresses, EVERY_HOSTS, knownOnce, stillAwaited } from './hosts.ts';
import { FLOW, LOOKUP, NAMES } from './labels.ts';
import {
  firstBy,
  type Labels,
  latest,
  promql,
  recorded,
  unique,
  withCopies,
  withLabelsOf,
} from './promql.ts';
import type { Rule } from './rule.ts';

/** Whose exporter knows only the destination's address, and perhaps a name for it. */
export const TO_ADDRESS = 'network_transport!="unix", dst_host="", dst_address!=""';
/** Outbound half-edges of this kind. */
export const BY_ADDRESS = `direction="outbound", ${TO_ADDRESS}`;
export const byAddress = halfEdges(BY_ADDRESS);

/** The destination found for each lookup. */
const DESTINATION = 'musubi:destination:identity';
export const destination = recorded(DESTINATION);
/** Destinations whose host reports the same edge, and all others. */
export const reportedDestination = recorded(DESTINATION, 'identified_by="flow"');
export const otherDestination = recorded(DESTINATION, 'identified_by!="flow"');

const HOST = 'musubi:address:host';
const host = recorded(HOST);
const UNIQUE_HOST = 'musubi:address:unique_host';
const LOOKUPS = 'musubi:destination:lookup';
const lookups = recorded(LOOKUPS);
const PROCESS = 'musubi:endpoint:process';
const ENDPOINT = 'musubi:endpoint:identity';
const endpoint = recorded(ENDPOINT);
const REMEMBERED = 'musubi:endpoint:last_seen_seconds';
const REMEMBERED_NOW = 'musubi:endpoint:remembered';
const ACCEPTED = 'musubi:inbound:process';
const accepted = recorded(ACCEPTED);
const AMBIGUOUS = 'musubi:inbound:ambiguous_process';
const ambiguous = recorded(AMBIGUOUS);
const ACTIVE = 'musubi:inbound:active_process';
const INBOUND = 'musubi:inbound:identity';
const inbound = recorded(INBOUND);
const FROM_ELSEWHERE = 'musubi:inbound:remote_identity';
const fromElsewhere = recorded(FROM_ELSEWHERE);

const SOCKET = ['network_transport', 'dst_host', 'dst_address', 'dst_port'] as const;

const REMEMBERED_NAMES = NAMES.filter((label) => label !== 'dst_pid' && label !== 'dst_host');
/** Seconds for which the service on a socket is remembered. */
const MEMORY = '86400';

const HOST_ADDRESS = `dst_address!~"${EVERY_HOSTS}"`;
const LISTENERS = `service_dependency_listen{network_transport!="unix", dst_host!="", ${HOST_ADDRESS}} offset ${SETTLE}`;
const INBOUND_MATCHERS = `direction="inbound", network_transport!="unix", dst_host!="", ${HOST_ADDRESS}`;
const CONNECTED = halfEdges(INBOUND_MATCHERS);

/** What all processes of a key have in common: everything, or all but the pid, or all but pid and process, or the host. */
function common(processes: string, key: Labels = SOCKET): string {
  const without = (...labels: string[]) => `group without (${labels.join(', ')}) (${processes})`;
  return firstBy(key, [
    unique(processes, key),
    unique(without('dst_pid'), key),
    unique(without('dst_pid', 'dst_process'), key),
    promql`group by (${key}) (${processes})`,
  ]);
}

const UNRESOLVED = 'musubi:destination:unresolved';
const unresolved = recorded(UNRESOLVED);

const AWAITED = 'musubi:destination:awaited';
/** Lookups without a result whose address belongs to a host with an exporter, as long as they wait for it. */
export const newlyAwaited = stillAwaited(AWAITED);

const notFound = promql`(${lookups} unless on (${LOOKUP}) ${destination})`;
const onePerLookup = (rows: string) => promql`
  topk by (${LOOKUP}) (1,
    ${rows}
  )`;

const processesOf = (rows: string) => promql`
  group by (${['network_transport', 'dst_address', 'dst_port', ...NAMES]}) (
    ${rows}
    and on (network_transport, dst_address, dst_port) ${lookups}
  )`;

export const DESTINATION_RULES: readonly Rule[] = [
  {
    comment: 'The hosts that have each address.',
    record: HOST,
    expr: promql`group by (dst_address, dst_host, dst_site) (${LISTENERS})`,
  },
  {
    comment: `The only host of a site that has the address. If two have it, and only one of them had it 10 m ago, the address has
moved to the other. Otherwise it identifies no host, like the 172.17.0.2 of every Docker host.`,
    record: UNIQUE_HOST,
    expr: promql`
      ${unique(host, ['dst_address', 'dst_site'])}
      or
      (
        (${host} unless ${HOST} offset 10m)
        and on (dst_address, dst_site)
        (count by (dst_address, dst_site) (${host}) == 2)
        and on (dst_address, dst_site)
        (count by (dst_address, dst_site) (${host} and ${HOST} offset 10m) == 1)
      )`,
  },
  {
    comment: 'Destinations to look up by address, for each source. Those at "site" are preferred.',
    record: LOOKUPS,
    expr: promql`
      group by (${[...LOOKUP, 'site']}) (
        label_replace(
          ${withCopies(promql`group by (${[...LOOKUP, 'dst_site']}) (${byAddress})`, { site: 'src_site' })},
          "site", "$1", "dst_site", "(?s)(.+)"
        )
      )`,
  },
  {
    comment:
      'The processes on these addresses and ports: listeners or, if none is known, servers of connections.',
    record: PROCESS,
    expr: firstBy(SOCKET, [processesOf(LISTENERS), processesOf(CONNECTED)]),
  },
  {
    comment: `What the processes on each socket have in common: workers that share a port have one service, but no common pid.
One row for each socket.`,
    record: ENDPOINT,
    expr: common(recorded(PROCESS)),
  },
  {
    comment: `The services on each socket, and the evaluation at which they were last known: a name outlasts the silence of an
exporter.`,
    record: REMEMBERED,
    expr: promql`
      group by (${[...SOCKET, ...REMEMBERED_NAMES]}) (${LISTENERS} or ${recorded(PROCESS)}) * time()
      or
      (last_over_time(${REMEMBERED}[1h]) > time() - ${MEMORY})`,
  },
  {
    comment: 'The processes that accept the connections of each key.',
    record: ACCEPTED,
    expr: promql`group by (${[...FLOW, ...NAMES]}) (${halfEdges(`${INBOUND_MATCHERS}, src_address!~"${EVERY_HOSTS}"`)})`,
  },
  {
    comment:
      'Those of several: workers, services that share a port or follow each other on it, or an address that moved.',
    record: AMBIGUOUS,
    expr: promql`${accepted} and on (${FLOW}) (count by (${FLOW}) (${accepted}) > 1)`,
  },
  {
    comment: `Of these, those that count connections now; else those with open ones. A half-edge is exported for minutes after its
last connection.`,
    record: ACTIVE,
    expr: firstBy(FLOW, [
      promql`(${ambiguous} and on (${[...FLOW, ...NAMES]}) ${recentlyOpened(INBOUND_MATCHERS)})`,
      promql`
        (
          ${ambiguous}
          and on (${[...FLOW, ...NAMES]})
          (service_dependency_active_connections{${INBOUND_MATCHERS}} offset ${SETTLE} > 0)
        )`,
      ambiguous,
    ]),
  },
  {
    comment: 'The destination of the connections of each key. One row for each host.',
    record: INBOUND,
    expr: withCopies(
      promql`
        (
          (${accepted} unless on (${FLOW}) ${ambiguous})
          or
          ${common(recorded(ACTIVE), [...FLOW, 'dst_host'])}
        )`,
      { site: 'dst_site' },
    ),
  },
  {
    comment: `Those with clients on other hosts: addresses of containers and bridges exist on several hosts, and a connection from an
address of the same host came from there.`,
    record: FROM_ELSEWHERE,
    expr: promql`
      ${inbound}
      unless on (src_address, dst_host)
      ${as('src_address', 'address', as('dst_host', 'host', currentAddresses))}`,
  },
  {
    comment: `The destination of a lookup is the process that accepts its connections: on the source's host, else on the only other one.
This finds most destinations. One row for each lookup: here and below, the outermost aggregation guarantees it for any
data.`,
    record: DESTINATION,
    labels: { identified_by: 'flow' },
    expr: onePerLookup(
      firstBy(LOOKUP, [
        withLabelsOf(lookups, [...FLOW, 'src_host'], NAMES, as('src_host', 'dst_host', inbound)),
        withLabelsOf(lookups, FLOW, NAMES, unique(fromElsewhere, FLOW)),
      ]),
    ),
  },
  {
    comment: `Otherwise the listener on the source's host. No other host knows the addresses of its containers and bridges.`,
    record: DESTINATION,
    labels: { identified_by: 'host' },
    expr: onePerLookup(
      withLabelsOf(
        notFound,
        ['network_transport', 'src_host', 'dst_address', 'dst_port'],
        NAMES,
        as('src_host', 'dst_host', endpoint),
      ),
    ),
  },
  {
    comment: 'Lookups without a result so far.',
    record: UNRESOLVED,
    expr: notFound,
  },
  {
    comment:
      'What was last known of their addresses and ports, on the only host that has or had the address.',
    record: REMEMBERED_NOW,
    expr: common(
      promql`group without (dst_pid) (${latest(
        promql`
          (
            ${recorded(REMEMBERED)}
            and on (network_transport, dst_address, dst_port) ${unresolved}
            and on (dst_address, dst_host)
            ${as('dst_address', 'address', as('dst_host', 'host', knownOnce))}
          )`,
        SOCKET,
      )})`,
    ),
  },
  {
    comment: `Their destination is the first that is found:
  1. the only inbound half-edge between the same addresses at the site
  2. the listener on the host that has the address, at the site; or at any site, if no other host has it
  3. the destination of the previous evaluation, unless another host has the address now: it is down or restarting
  4. a listener of the last day, on the only host that had the address
  5. for attempts at many ports, the only host that has the address`,
    record: DESTINATION,
    labels: { identified_by: 'address' },
    expr: onePerLookup(
      firstBy(LOOKUP, [
        withLabelsOf(
          unresolved,
          [...FLOW, 'site'],
          NAMES,
          unique(`(${fromElsewhere} and on (${FLOW.join(', ')}) ${unresolved})`, [...FLOW, 'site']),
        ),
        withLabelsOf(
          unresolved,
          ['network_transport', 'dst_address', 'dst_port', 'site'],
          NAMES,
          withCopies(promql`${endpoint} and on (dst_host, dst_address, dst_site) ${recorded(UNIQUE_HOST)}`, {
            site: 'dst_site',
          }),
        ),
        withLabelsOf(
          unresolved,
          ['network_transport', 'dst_address', 'dst_port'],
          NAMES,
          promql`(${endpoint} and on (dst_host, dst_address) ${unique(host, ['dst_address'])})`,
        ),
        promql`
          (
            ${DESTINATION} offset 1s
            and on (${LOOKUP}) ${unresolved}
            unless on (dst_address, site)
            ${withCopies(`${host} unless on (dst_address, dst_host) ${DESTINATION} offset 1s`, { site: 'dst_site' })}
          )`,
        withLabelsOf(
          unresolved,
          ['network_transport', 'dst_address', 'dst_port', 'site'],
          NAMES,
          promql`
            topk by (network_transport, dst_address, dst_port, site) (1,
              ${withCopies(recorded(REMEMBERED_NOW), { site: 'dst_site' })}
            )`,
        ),
        withLabelsOf(
          recorded(UNRESOLVED, 'dst_port="many"'),
          ['dst_address'],
          ['dst_host', 'dst_site'],
          unique(host, ['dst_address']),
        ),
      ]),
    ),
  },
  {
    comment:
      'Lookups without a result whose address belongs to a host with an exporter: it may still report the destination.',
    record: AWAITED,
    expr: awaited(notFound, 'dst_address'),
  },
];
