/** Random histories: what fast-check generates and shrinks, and the world that it describes. */
import fc from 'fast-check';
import { type Connection, type Host, isIn, type Process, type Span, type World } from './world.ts';

/** Seconds of a history: enough for one sample of the hourly series. */
export const LENGTH = 4500;
/** No connection is opened afterwards, so that all that can become known is known at the end. */
const BUSY = LENGTH - 420;

/** What may happen in a history. */
export type Feature =
  /** Agents whose cycles and scrapes are at different times. */
  | 'late'
  /** Hosts without an agent. */
  | 'absent'
  /** Agents that stop, or cannot be scraped. */
  | 'silent'
  /** Evaluations that are missing. */
  | 'halted'
  /** Container networks, with the same addresses on each host. */
  | 'pods'
  /** Addresses that move from one host to another. */
  | 'moved'
  /** Services that are replaced by another on the same address and port. */
  | 'replaced'
  /** Agents that two jobs scrape. */
  | 'twice'
  /** Two services that share an address and port. */
  | 'shared'
  /** Servers that do not run for a while. */
  | 'down'
  /** Clients that connect through a port forwarder on their host. */
  | 'forwarded'
  /** Clocks that are wrong. */
  | 'skewed';

interface HostPlan {
  readonly site: string | undefined;
  readonly absent: boolean;
  readonly started: number;
  readonly stopped: readonly Span[];
  readonly unreachable: readonly Span[];
  readonly twice: boolean;
  readonly skew: number;
  readonly scrapeDelay: number;
}

interface ServerPlan {
  readonly host: number;
  readonly service: number;
  readonly port: number;
  readonly where: 'host' | 'pod' | 'loopback';
  /** From then on, another service or another host has the address and port. */
  readonly next?: { readonly at: number; readonly host?: number; readonly service?: number } | undefined;
  /** Another service that accepts every second connection. */
  readonly shared?: number | undefined;
  /** Whether other pods of the host have the same address, in another network. */
  readonly overlaps?: boolean;
  /** When it does not run. */
  readonly down?: Span | undefined;
}

interface ClientPlan {
  readonly host: number;
  /** A service of its own, or the process of a server, which is a proxy then. */
  readonly service: number;
  readonly proxy: boolean;
  readonly server: number;
  readonly forwarded?: boolean;
  readonly bursts: readonly Burst[];
}

/** Connections one after the other. */
interface Burst {
  /** The time of the first, if nothing else happens, or if `near` is absent. */
  readonly at: number;
  /** A number of the events of the history, and the seconds after it. */
  readonly near?: { readonly event: number; readonly offset: number } | undefined;
  readonly count: number;
  readonly every: number;
  readonly held: number;
}

export interface Plan {
  readonly hosts: readonly HostPlan[];
  readonly servers: readonly ServerPlan[];
  readonly clients: readonly ClientPlan[];
  readonly halted: readonly Span[];
}

const time = (from = 60, to = BUSY) => fc.integer({ min: from, max: to });
const span = (...lengths: number[]) =>
  fc
    .record({ at: time(), length: fc.constantFrom(...lengths) })
    .map(({ at, length }): Span => ({ from: at, until: at + length }));

/** One in five. */
const sometimes = fc.integer({ min: 0, max: 4 }).map((number) => number === 4);

export function anyPlan(features: readonly Feature[]): fc.Arbitrary<Plan> {
  const only = <T>(feature: Feature, value: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> =>
    features.includes(feature) ? value : fc.constant(otherwise);
  const host = fc.record({
    site: fc.constantFrom(undefined, 'tokyo', 'osaka'),
    absent: only('absent', sometimes, false),
    started: only('late', fc.integer({ min: 0, max: 20 }), 0),
    stopped: only('silent', fc.array(span(0, 20, 75, 600), { maxLength: 1 }), []),
    unreachable: only('silent', fc.array(span(15, 75, 600), { maxLength: 1 }), []),
    twice: only('twice', sometimes, false),
    skew: only('skewed', fc.constantFrom(0, 0, 0, 90, 3600, -3600), 0),
    scrapeDelay: only('late', fc.integer({ min: 0, max: 14 }), 0),
  });
  const next = fc.oneof(
    only('replaced', fc.record({ at: time(300, BUSY - 300), service: fc.nat(5) }), undefined),
    only('moved', fc.record({ at: time(300, BUSY - 300), host: fc.nat(3) }), undefined),
  );
  const server = fc.record({
    host: fc.nat(3),
    service: fc.nat(5),
    port: fc.constantFrom(80, 5432),
    where: fc.oneof(
      { weight: 3, arbitrary: fc.constant('host' as const) },
      only('pods', fc.constantFrom('pod', 'loopback'), 'host'),
    ),
    next: fc.oneof(fc.constant(undefined), next),
    shared: only('shared', fc.option(fc.nat(5), { nil: undefined }), undefined),
    overlaps: only('pods', fc.boolean(), false),
    down: only('down', fc.option(span(5, 45, 120, 900), { nil: undefined }), undefined),
  });
  const client = fc.record({
    host: fc.nat(3),
    service: fc.nat(5),
    proxy: sometimes,
    server: fc.nat(3),
    forwarded: only('forwarded', fc.boolean(), false),
    bursts: fc.array(
      fc.record({
        at: time(),
        near: fc.option(fc.record({ event: fc.nat(9), offset: fc.integer({ min: -120, max: 240 }) }), {
          nil: undefined,
        }),
        count: fc.integer({ min: 1, max: 8 }),
        every: fc.constantFrom(0, 1, 7, 60),
        held: fc.constantFrom(0, 5, 90, 900),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  return fc.record({
    hosts: fc.array(host, { minLength: 2, maxLength: 4 }),
    servers: fc.array(server, { minLength: 1, maxLength: 3 }),
    clients: fc.array(client, { minLength: 1, maxLength: 5 }),
    halted: only('halted', fc.array(span(30, 90, 300), { maxLength: 1 }), []),
  });
}

/** `service-a`, … */
const serviceName = (number: number) => `service-${'abcdefgh'[number]}`;

export function worldOf(plan: Plan): World {
  const hosts = plan.hosts.map(
    ({ site, absent, started, stopped, unreachable, twice, skew, scrapeDelay }, at): Host => ({
      name: `h${at}`,
      site,
      agent: absent ? [] : without({ from: started, until: LENGTH }, stopped),
      unreachable,
      skew,
      jobs: twice ? ['musubi', 'musubi-too'] : ['musubi'],
      scrapeDelay,
    }),
  );
  const hostAt = (number: number) => hosts[number % hosts.length] as Host;
  const addressOf = (host: Host) => `10.77.0.${hosts.indexOf(host) + 1}`;
  const processes: Process[] = [];
  const add = (process: Omit<Process, 'pid'>): Process => {
    processes.push({ ...process, pid: 100 + processes.length });
    return processes.at(-1) as Process;
  };
  const pods = new Map<Host, number>();
  /** A new pod, a network namespace of its own. Other hosts have pods with the same addresses. */
  const podOn = (host: Host, overlaps = false) => {
    const number = (pods.get(host) ?? 2) + 1;
    pods.set(host, number);
    return { netns: number, address: `172.17.0.${overlaps ? 2 : number}` };
  };

  /** Processes with one address and port. */
  const listeners: { where: ServerPlan['where']; turns: Process[] }[] = [];
  for (const { host: number, service, port, where, next, shared, overlaps, down } of plan.servers) {
    const host = hostAt(number);
    const then = next && (next.host === undefined ? host : hostAt(next.host));
    const moves = then !== undefined && then !== host;
    if (moves && where !== 'host') continue;
    const addresses = {
      host: { netns: 1, address: moves ? `10.77.1.${listeners.length + 1}` : addressOf(host) },
      loopback: { netns: 1, address: '127.0.0.1' },
      pod: { netns: 0, address: '' },
    };
    const at = where === 'pod' ? podOn(host, overlaps) : addresses[where];
    const isTaken = processes.some(
      (other) =>
        other.host === host &&
        other.port === port &&
        other.netns === at.netns &&
        other.address === at.address,
    );
    if (isTaken) continue;
    const until = next?.at ?? LENGTH;
    const runsOf = (span: Span) => (down ? without(span, [down]) : [span]);
    const turns = [
      { host, service, spans: runsOf({ from: 0, until }) },
      ...(shared === undefined ? [] : [{ host, service: shared, spans: runsOf({ from: 0, until }) }]),
      ...(next && then
        ? [{ host: then, service: next.service ?? service, spans: runsOf({ from: until, until: LENGTH }) }]
        : []),
    ].flatMap(({ host: on, service: number, spans }) =>
      spans.map((runs) => add({ ...at, host: on, port, service: serviceName(number), runs })),
    );
    if (turns.length > 0) listeners.push({ where, turns });
  }
  if (listeners.length === 0)
    return { hosts, processes, connections: [], halted: plan.halted, length: LENGTH };

  const forwarders = new Map<string, Process>();
  /** The forwarder on a host to an address and port: one for all clients. */
  const forwarderTo = ({ address, port }: Process, host: Host): Process => {
    const key = `${host.name} ${address} ${port}`;
    const listening = 5000 + forwarders.size;
    const forwarder =
      forwarders.get(key) ??
      add({
        ...{ service: 'socat', host, netns: 1, address: '127.0.0.1', port: listening },
        command: `socat TCP-LISTEN:${listening},bind=127.0.0.1,fork TCP:${address}:${port}`,
        runs: { from: 0, until: LENGTH },
      });
    forwarders.set(key, forwarder);
    return forwarder;
  };

  const events = eventsOf(plan);
  const connections: Connection[] = [];
  for (const { host: number, service, proxy, server, forwarded, bursts } of plan.clients) {
    const { where, turns } = listeners[server % listeners.length] as (typeof listeners)[number];
    const [first] = turns as [Process];
    const host = where === 'host' ? hostAt(number) : first.host;
    const asProxy = listeners
      .flatMap((other) => (other.where === 'host' && other.turns.length === 1 ? other.turns : []))
      .find((other) => proxy && other.host === host && other !== first && where === 'host');
    const own = {
      host: { netns: 1, address: addressOf(host) },
      loopback: { netns: 1, address: '127.0.0.1' },
    };
    const client =
      asProxy ??
      add({
        ...(where === 'pod' ? podOn(host) : own[where]),
        host,
        service: serviceName(service),
        runs: { from: 0, until: LENGTH },
      });
    const isRemote = where === 'host' && turns.every((turn) => turn.host !== host);
    const through = forwarded && isRemote ? forwarderTo(first, host) : undefined;
    for (const { near, count, every, held, ...burst } of bursts) {
      const event = near && events[near.event % events.length];
      const at = near && event !== undefined ? Math.max(60, event + near.offset) : burst.at;
      for (let each = 0; each < count && at + each * every < BUSY; each++) {
        const opened = at + each * every;
        const running = turns.filter(({ runs }) => isIn(opened, runs));
        const last = turns.findLast(({ runs }) => runs.from <= opened) ?? first;
        const accepting = running[each % running.length] ?? last;
        // The client of a forwarder is connected even if the server is not.
        if (through && running.length === 0) continue;
        connections.push({
          client,
          server: accepting,
          at: opened,
          until: running.length > 0 ? Math.min(accepting.runs.until, opened + held) : opened,
          failed: running.length === 0,
          through,
        });
      }
    }
  }
  return { hosts, processes, connections, halted: plan.halted, length: LENGTH };
}

/** A span without others. */
function without({ from, until }: Span, gaps: readonly Span[]): Span[] {
  const spans: Span[] = [];
  let begin = from;
  for (const gap of [...gaps].sort((one, other) => one.from - other.from)) {
    if (gap.from > begin) spans.push({ from: begin, until: gap.from });
    begin = Math.max(begin, gap.until);
  }
  if (begin < until) spans.push({ from: begin, until });
  return spans;
}

/** The times at which something changes. */
function eventsOf({ hosts, servers, halted }: Plan): number[] {
  const spans = [...halted, ...hosts.flatMap(({ stopped, unreachable }) => [...stopped, ...unreachable])];
  return [
    ...spans.flatMap(({ from, until }) => [from, until]),
    ...servers.flatMap(({ next, down }) => [
      ...(next ? [next.at] : []),
      ...(down ? [down.from, down.until] : []),
    ]),
  ];
}
