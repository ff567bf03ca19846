import { halfEdges } from './half-edges.ts';
import { firstBy, promql, recorded, unique, withCopies, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';

/** Outbound half-edges whose exporter knows only the destination's address, and perhaps a name for it. */
export const byAddress = halfEdges(
  'direction="outbound", network_transport!="unix", dst_host="", dst_address!=""',
);

/** A lookup of a destination by address: outbound half-edges with the same values have the same destination. */
export const LOOKUP = [
  'network_transport',
  'src_host',
  'src_address',
  'src_site',
  'dst_address',
  'dst_port',
] as const;

/** The labels of a destination that a lookup adds. */
export const NAMES = ['dst_service', 'dst_process', 'dst_pid', 'dst_host', 'dst_site', 'dst_kind'] as const;

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
const INBOUND = 'musubi:inbound:identity';
const inbound = recorded(INBOUND);

/** The key of an edge's connections: both its half-edges have these. */
export const FLOW = ['network_transport', 'src_address', 'dst_address', 'dst_port'] as const;
const SOCKET = ['network_transport', 'dst_host', 'dst_address', 'dst_port'] as const;

/** Addresses of one host: neither loopback nor unspecified nor link-local. */
const HOST_ADDRESS = `dst_address!~"|0\\\\.0\\\\.0\\\\.0|::|127\\\\..*|::1|169\\\\.254\\\\..*|fe[89ab].:.*"`;
const LISTENERS = `service_dependency_listen{network_transport!="unix", dst_host!="", ${HOST_ADDRESS}}`;
const CONNECTED = halfEdges(`direction="inbound", network_transport!="unix", dst_host!="", ${HOST_ADDRESS}`);

/** What all processes on a socket have in common: everything, or all but the pid, or all but pid and process, or the host. */
function common(processes: string): string {
  const without = (...labels: string[]) => `group without (${labels.join(', ')}) (${processes})`;
  return firstBy(SOCKET, [
    unique(processes, SOCKET),
    unique(without('dst_pid'), SOCKET),
    unique(without('dst_pid', 'dst_process'), SOCKET),
    promql`group by (${SOCKET}) (${processes})`,
  ]);
}

const UNRESOLVED = 'musubi:destination:unresolved';
const unresolved = recorded(UNRESOLVED);

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
    comment: 'The destination of each inbound half-edge, by connection key. One row for each host.',
    record: INBOUND,
    expr: withCopies(
      withLabelsOf(
        promql`group by (${[...FLOW, 'dst_host']}) (${halfEdges('direction="inbound", network_transport!="unix", src_address!="", dst_host!=""')})`,
        SOCKET,
        NAMES.filter((name) => name !== 'dst_host'),
        endpoint,
      ),
      { site: 'dst_site' },
    ),
  },
  {
    comment: `The destination of a lookup: on the source's host, if it listens there itself. No other host knows the addresses of
its containers and bridges. One row for each lookup: here and below, the outermost aggregation guarantees it for any
data.`,
    record: DESTINATION,
    labels: { identified_by: 'host' },
    expr: onePerLookup(
      withLabelsOf(
        lookups,
        ['network_transport', 'src_host', 'dst_address', 'dst_port'],
        NAMES,
        withCopies(endpoint, { src_host: 'dst_host' }),
      ),
    ),
  },
  {
    comment: 'Otherwise the only inbound half-edge between the same addresses: this finds most destinations.',
    record: DESTINATION,
    labels: { identified_by: 'flow' },
    expr: onePerLookup(withLabelsOf(notFound, FLOW, NAMES, unique(inbound, FLOW))),
  },
  {
    comment: 'Lookups without a result so far.',
    record: UNRESOLVED,
    expr: notFound,
  },
  {
    comment: `Their destination is the first that is found:
  1. the only inbound half-edge between the same addresses at the site
  2. the listener on the host that has the address, at the site; or at any site, if no other host has it
  3. the destination of the previous evaluation, unless another host has the address now: it is down or restarting
  4. a listener of the last 10 m
  5. for attempts at many ports, the only host that has the address`,
    record: DESTINATION,
    labels: { identified_by: 'address' },
    expr: onePerLookup(
      firstBy(LOOKUP, [
        withLabelsOf(
          unresolved,
          [...FLOW, 'site'],
          NAMES,
          unique(`(${inbound} and on (${FLOW.join(', ')}) ${unresolved})`, [...FLOW, 'site']),
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
              ${withCopies(
                promql`
                  last_over_time(${ENDPOINT}[10m])
                  and on (dst_host, dst_address, dst_site) last_over_time(${UNIQUE_HOST}[10m])`,
                { site: 'dst_site' },
              )}
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
];
