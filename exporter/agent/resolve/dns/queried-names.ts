import type { NamespaceReading, Observation, Reading } from '../../capture/capture.ts';
import type { DnsHealth } from '../../metrics/health-families.ts';
import { isLoopback } from '../../net/address.ts';
import type { DnsSocket } from './dns-socket.ts';
import { MalformedResponseError, parseResponse } from './message.ts';
import { createNameServers, type NameServers } from './name-servers.ts';
import { createNames } from './names.ts';

/** The names that programs of this host have queried for the addresses to which they connect. */
export interface QueriedNames {
  /**
   * Reads the DNS responses since the last cycle, from the configured name servers and, in each network namespace, from
   * those that the observations show to be queried.
   */
  readResponses(reading: Pick<Reading, 'observations' | 'namespaces'>): void;
  nameOf(address: string): string | undefined;
  readonly health: DnsHealth;
  close(): void;
}

export interface DnsSockets {
  /** In the agent's own network namespace. */
  readonly own: DnsSocket;
  /** In that of a process. `pid` may change later, to another process there. Returns the reason if it fails. */
  open(namespace: { readonly pid: number }): DnsSocket | 'denied' | 'gone';
  close(): void;
}

export interface QueriedNamesOptions {
  readonly sockets: DnsSockets;
  /** Returns the name servers that are configured on this host. */
  configured(): readonly string[];
  /** The agent's own network namespace. */
  readonly netns: number | undefined;
  /** Monotonic, in ms. */
  uptime(): number;
}

/** A network namespace and its name servers. */
interface ObservedNamespace {
  /** A process that lives in it. */
  readonly process: { pid: number };
  /** `gone` if that process had ended before the socket was opened. */
  socket: DnsSocket | 'denied' | 'gone';
  readonly servers: NameServers;
  observed: readonly string[];
}

const DNS_PORT = 53;
/** How many name servers of other namespaces are tried in a new one. The rest of the limit is for its own. */
const MAX_GUESSES = 4;

export function createQueriedNames({
  sockets,
  configured,
  netns,
  uptime,
}: QueriedNamesOptions): QueriedNames {
  const names = createNames();
  const namespaces = new Map<number, ObservedNamespace>();
  let responses = 0;
  let malformed = 0;
  let droppedBefore = 0;

  function read(message: Buffer): void {
    try {
      const response = parseResponse(message);
      if (!response) return;
      names.learn(response, uptime());
      responses++;
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      malformed++;
    }
  }

  /** Those in use in other namespaces: most likely, a new one has the same. */
  function commonServers(): string[] {
    const all = [...namespaces].flatMap(([at, { observed }]) =>
      observed.filter((server) => at !== netns || !isLoopback(server)),
    );
    return [...new Set(all)].slice(0, MAX_GUESSES);
  }

  function add(at: number, pid: number): ObservedNamespace {
    const process = { pid };
    const socket = at === netns ? sockets.own : sockets.open(process);
    const observed = socket === 'denied' ? [] : commonServers();
    const namespace: ObservedNamespace = { process, socket, servers: createNameServers(), observed };
    namespaces.set(at, namespace);
    return namespace;
  }

  function readNamespace({ netns: at, pid }: NamespaceReading, queried: Iterable<string>): void {
    const known = namespaces.get(at);
    const namespace = known ?? add(at, pid);
    namespace.process.pid = pid;
    if (namespace.socket === 'gone') namespace.socket = sockets.open(namespace.process);
    const expected = at === netns ? configured() : known ? [] : namespace.observed;
    namespace.observed = namespace.servers.update(expected, queried, uptime());
    if (typeof namespace.socket === 'object') namespace.socket.read(namespace.observed, uptime(), read);
  }

  function remove(at: number, { socket }: ObservedNamespace): void {
    namespaces.delete(at);
    if (typeof socket !== 'object') return;
    droppedBefore += socket.dropped();
    socket.close();
  }

  const sum = (count: (namespace: ObservedNamespace) => number) =>
    [...namespaces.values()].reduce((total, namespace) => total + count(namespace), 0);

  return {
    readResponses({ observations, namespaces: present }) {
      const queried = queriedServers(observations);
      const alive = new Set(present.map((namespace) => namespace.netns));
      for (const [at, namespace] of namespaces) if (!alive.has(at)) remove(at, namespace);
      for (const namespace of present) readNamespace(namespace, queried.get(namespace.netns) ?? []);
    },
    nameOf: (address) => names.nameOf(address, uptime()),
    get health() {
      return {
        observed: sum(({ observed, socket }) => (socket === 'denied' ? 0 : observed.length)),
        skipped: sum(({ servers }) => servers.skipped),
        denied: sum(({ observed, socket }) => (socket === 'denied' ? observed.length : 0)),
        responses,
        queueFull: sum(({ socket }) => (typeof socket === 'object' ? socket.dropped() : 0)) + droppedBefore,
        malformed,
        addresses: names.size,
        evicted: names.evicted,
      };
    },
    close() {
      for (const [at, namespace] of namespaces) remove(at, namespace);
      sockets.close();
    },
  };
}

/** The name servers that are queried in each network namespace. */
function queriedServers(observations: readonly Observation[]): Map<number, Set<string>> {
  const queried = new Map<number, Set<string>>();
  for (const { netns, transport, direction, port, remoteAddress } of observations) {
    if (port !== DNS_PORT || transport !== 'udp' || direction !== 'outbound' || remoteAddress === '')
      continue;
    queried.set(netns, (queried.get(netns) ?? new Set()).add(remoteAddress));
  }
  return queried;
}
