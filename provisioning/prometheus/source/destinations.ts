import { halfEdges } from './half-edges.ts';
import { firstBy, promql, recorded, sole, withCopies, withLabelsOf } from './promql.ts';
import type { Rule } from './rule.ts';

/** Outbound half-edges of which the exporter knew no more of the destination than an address and perhaps its name. */
export const byAddress = halfEdges(
  'direction="outbound", network_transport!="unix", dst_host="", dst_address!=""',
);

/** Who asks for what by address: outbound half-edges of the same have the same destination. */
export const QUESTION = [
  'network_transport',
  'src_host',
  'src_address',
  'src_site',
  'dst_address',
  'dst_port',
] as const;

/** The names of a destination, all that may be known of it beside address and port. */
export const NAMES = ['dst_service', 'dst_process', 'dst_pid', 'dst_host', 'dst_site', 'dst_kind'] as const;

/** For each question the one destination that answers it. */
const DESTINATION = 'musubi:destination:identity';
export const destination = recorded(DESTINATION);
/** Those whose host reports the same edge, and all others. */
export const metDestination = recorded(DESTINATION, 'identified_by="flow"');
export const otherDestination = recorded(DESTINATION, 'identified_by!="flow"');

const HOLDER = 'musubi:address:host';
const holder = recorded(HOLDER);
const OWNER = 'musubi:address:unique_host';
const ASKED = 'musubi:destination:lookup';
const asked = recorded(ASKED);
const PROCESS = 'musubi:endpoint:process';
const ENDPOINT = 'musubi:endpoint:identity';
const endpoint = recorded(ENDPOINT);
const INBOUND = 'musubi:inbound:identity';
const inbound = recorded(INBOUND);

/** Both ends of an edge report these. */
export const FLOW = ['network_transport', 'src_address', 'dst_address', 'dst_port'] as const;
const PLACE = ['network_transport', 'dst_host', 'dst_address', 'dst_port'] as const;

/** Addresses that are one host's: not of loopback, of every interface or of a link. */
const OWN_ADDRESS = `dst_address!~"|0\\\\.0\\\\.0\\\\.0|::|127\\\\..*|::1|169\\\\.254\\\\..*|fe[89ab].:.*"`;
const LISTENERS = `service_dependency_listen{network_transport!="unix", dst_host!="", ${OWN_ADDRESS}}`;
const CONNECTED = halfEdges(`direction="inbound", network_transport!="unix", dst_host!="", ${OWN_ADDRESS}`);

/** What processes at one place agree on: all of it, or all but the pid, or but the process, or the host alone. */
function agreed(processes: string): string {
  const without = (...labels: string[]) => `group without (${labels.join(', ')}) (${processes})`;
  return firstBy(PLACE, [
    sole(processes, PLACE),
    sole(without('dst_pid'), PLACE),
    sole(without('dst_pid', 'dst_process'), PLACE),
    promql`group by (${PLACE}) (${processes})`,
  ]);
}

const OPEN = 'musubi:destination:unresolved';
const open = recorded(OPEN);

const unanswered = promql`(${asked} unless on (${QUESTION}) ${destination})`;
const oneAnswer = (rows: string) => promql`
  topk by (${QUESTION}) (1,
    ${rows}
  )`;

const processesOf = (rows: string) => promql`
  group by (${['network_transport', 'dst_address', 'dst_port', ...NAMES]}) (
    ${rows}
    and on (network_transport, dst_address, dst_port) ${asked}
  )`;

export const DESTINATION_RULES: readonly Rule[] = [
  {
    why: 'Which hosts have which address.',
    record: HOLDER,
    expr: promql`group by (dst_address, dst_host, dst_site) (${LISTENERS})`,
  },
  {
    why: `The one host of a site that has the address. Where two have it, it has moved if only one of them had it 10 m
ago; else it is nobody's, as is the 172.17.0.2 that each Docker host has.`,
    record: OWNER,
    expr: promql`
      ${sole(holder, ['dst_address', 'dst_site'])}
      or
      (
        (${holder} unless ${HOLDER} offset 10m)
        and on (dst_address, dst_site)
        (count by (dst_address, dst_site) (${holder}) == 2)
        and on (dst_address, dst_site)
        (count by (dst_address, dst_site) (${holder} and ${HOLDER} offset 10m) == 1)
      )`,
  },
  {
    why: 'What is asked for by address, and by whom. It is looked for at "site" first.',
    record: ASKED,
    expr: promql`
      group by (${[...QUESTION, 'site']}) (
        label_replace(
          ${withCopies(promql`group by (${[...QUESTION, 'dst_site']}) (${byAddress})`, { site: 'src_site' })},
          "site", "$1", "dst_site", "(?s)(.+)"
        )
      )`,
  },
  {
    why: 'The processes there: those that listen or, where none is known to, those that are connected to.',
    record: PROCESS,
    expr: firstBy(PLACE, [processesOf(LISTENERS), processesOf(CONNECTED)]),
  },
  {
    why: `What the processes at one place agree on: workers that share a port have one service, and no pid in common.
One row for each place.`,
    record: ENDPOINT,
    expr: agreed(recorded(PROCESS)),
  },
  {
    why: 'Where the two addresses of an inbound half-edge lead to. One row for each host.',
    record: INBOUND,
    expr: withCopies(
      withLabelsOf(
        promql`group by (${[...FLOW, 'dst_host']}) (${halfEdges('direction="inbound", network_transport!="unix", src_address!="", dst_host!=""')})`,
        PLACE,
        NAMES.filter((name) => name !== 'dst_host'),
        endpoint,
      ),
      { site: 'dst_site' },
    ),
  },
  {
    why: `Who answers a question: the host that asks, if it listens there itself. Only it knows who has a container's or a
bridge's address. One row for each question: the outermost aggregation sees to that, here and below, whatever the data.`,
    record: DESTINATION,
    labels: { identified_by: 'host' },
    expr: oneAnswer(
      withLabelsOf(
        asked,
        ['network_transport', 'src_host', 'dst_address', 'dst_port'],
        NAMES,
        withCopies(endpoint, { src_host: 'dst_host' }),
      ),
    ),
  },
  {
    why: 'Else an inbound half-edge between the same addresses, if there is but one: so most are answered.',
    record: DESTINATION,
    labels: { identified_by: 'flow' },
    expr: oneAnswer(withLabelsOf(unanswered, FLOW, NAMES, sole(inbound, FLOW))),
  },
  {
    why: 'What is open yet.',
    record: OPEN,
    expr: unanswered,
  },
  {
    why: `That is answered by the first of these that knows:
  1. the one inbound half-edge between the same addresses at the site
  2. the listener on the host that has the address, at the site; or anywhere, if no other host has it
  3. who answered at the evaluation before, unless another host has the address now: it is down or restarts
  4. a listener of the last 10 m`,
    record: DESTINATION,
    labels: { identified_by: 'address' },
    expr: oneAnswer(
      firstBy(QUESTION, [
        withLabelsOf(
          open,
          [...FLOW, 'site'],
          NAMES,
          sole(`(${inbound} and on (${FLOW.join(', ')}) ${open})`, [...FLOW, 'site']),
        ),
        withLabelsOf(
          open,
          ['network_transport', 'dst_address', 'dst_port', 'site'],
          NAMES,
          withCopies(promql`${endpoint} and on (dst_host, dst_address, dst_site) ${recorded(OWNER)}`, {
            site: 'dst_site',
          }),
        ),
        withLabelsOf(
          open,
          ['network_transport', 'dst_address', 'dst_port'],
          NAMES,
          promql`(${endpoint} and on (dst_host, dst_address) ${sole(holder, ['dst_address'])})`,
        ),
        promql`
          (
            ${DESTINATION} offset 1s
            and on (${QUESTION}) ${open}
            unless on (dst_address, site)
            ${withCopies(`${holder} unless on (dst_address, dst_host) ${DESTINATION} offset 1s`, { site: 'dst_site' })}
          )`,
        withLabelsOf(
          open,
          ['network_transport', 'dst_address', 'dst_port', 'site'],
          NAMES,
          promql`
            topk by (network_transport, dst_address, dst_port, site) (1,
              ${withCopies(
                promql`
                  last_over_time(${ENDPOINT}[10m])
                  and on (dst_host, dst_address, dst_site) last_over_time(${OWNER}[10m])`,
                { site: 'dst_site' },
              )}
            )`,
        ),
      ]),
    ),
  },
];
