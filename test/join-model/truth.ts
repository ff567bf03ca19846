/**
 * What a store must know of a world, from the design alone: every connection, once, under its true names, at the time at
 * which it became known. A name may be missing only where no exporter could report it.
 */
import { CYCLE, EVALUATION, GROUPS, type Report } from './replay.ts';
import { type Connection, type Host, isIn, type Process, type World } from './world.ts';

/** Delay of the rules: half-edges are joined this many seconds after they arrived. */
export const SETTLE = 60;
/** Evaluations until a name or a count that changed is right. */
const CORRECTED = 2 * EVALUATION;
/** What only one host reports waits for the other one: for so long, and for so long while its exporter is silent. */
const WAITS = 180;
const WAITS_WHILE_SILENT = 3600;
const EDGE_EXPIRATION = 300;

/** The names of an edge: `SITE SERVICE > SITE SERVICE PORT`. */
export type Names = string;

/** A connection as the store must have it. */
export interface Known {
  readonly connection: Connection;
  /** The names that it may have; the true ones are the first. */
  readonly names: readonly [Names, ...Names[]];
  /** Whether the exporter of the client's host reports it, and no other host is needed to attribute it. */
  readonly bySource: boolean;
  /** Likewise, of the server's. */
  readonly byDestination: boolean;
  /** Whether an exporter counts it as opened or failed: not if it was open before the exporter started. */
  readonly isCounted: boolean;
  /** Evaluations that may record it. */
  readonly recorded: { readonly from: number; readonly until: number };
}

const endOf = (site: string | undefined, name: string) => `${site ?? '-'} ${name}`;
const named = ({ service, host }: Process) => endOf(host.site, service);
const unnamed = ({ address }: Process) => endOf(undefined, address);
/** Its site may be known all the same. */
const anyUnnamed = (process: Process) => [unnamed(process), endOf(process.host.site, process.address)];
const hasAgent = ({ host }: Process) => host.agent.length > 0;

export function knownOf(world: World, reports: readonly Report[]): Known[] {
  const evaluations: number[] = [];
  for (let time = GROUPS[0].delay; time < world.length; time += EVALUATION)
    if (!world.halted.some((span) => isIn(time, span))) evaluations.push(time);
  /** The first evaluation that joins what arrived at a time. */
  const joinedAt = (arrived: number | undefined) =>
    evaluations.find((time) => arrived !== undefined && time - SETTLE >= arrived) ?? Number.POSITIVE_INFINITY;

  const byHost = Map.groupBy(reports, ({ host }) => host);
  const arrivals = new Map(
    world.connections.map((connection) => {
      const { client, server } = connection;
      const flow = world.connections.filter((other) => other.client === client && other.server === server);
      const arrival = (host: Host) => arrivalOf(connection, flow, byHost.get(host) ?? []);
      const [atSource, atDestination] = [
        arrival(client.host),
        connection.failed ? undefined : arrival(server.host),
      ];
      const arrived = {
        source: atSource ?? Number.POSITIVE_INFINITY,
        destination: atDestination ?? Number.POSITIVE_INFINITY,
      };
      return [
        connection,
        { source: joinedAt(atSource), destination: joinedAt(atDestination), arrived },
      ] as const;
    }),
  );
  const arrivalsOf = (connection: Connection) => {
    const known = arrivals.get(connection);
    if (!known) throw new Error('not a connection of this world');
    return known;
  };

  /** Whether a host had reported that a process listens. */
  const hasReported = ({ host, runs }: Process, before: number) =>
    (byHost.get(host) ?? []).some(({ cycle, arrived }) => isIn(cycle, runs) && joinedAt(arrived) <= before);

  /** Whether it had arrived, at the time of an evaluation, that a host has the address of a process. */
  const isAddressKnown = ({ host, address }: Process, at: number) => {
    const isIt = (other: Process) => other.host === host && other.address === address;
    return (
      world.connections.some(
        (other) =>
          (isIt(other.client) && arrivalsOf(other).arrived.source <= at) ||
          (isIt(other.server) && arrivalsOf(other).arrived.destination <= at),
      ) || world.processes.some((other) => isIt(other) && other.port !== undefined && hasReported(other, at))
    );
  };

  /** When a host can report again what happened at a time. */
  const returns = (host: Host, at: number) =>
    joinedAt(
      (byHost.get(host) ?? []).find(({ cycle, arrived }) => cycle >= at && arrived !== undefined)?.arrived,
    );

  return world.connections.flatMap((connection): Known[] => {
    const { client, server, at } = connection;
    const { source, destination } = arrivalsOf(connection);
    const counted = Math.min(source, destination);
    const isCounted = Number.isFinite(counted);
    const first = isCounted ? counted : joinedAt(seenAt(connection, byHost));
    if (first === Number.POSITIVE_INFINITY) return [];
    const last = Math.max(first, ...[source, destination].filter(Number.isFinite));
    const hasSource = Number.isFinite(source);
    const hasDestination = Number.isFinite(destination);

    // Other clients and servers at the same addresses and port.
    const same = world.connections.filter((other) => isSameFlow(other, connection));
    const rivals = same.filter((other) => named(other.client) !== named(client));
    const others = world.processes.filter(
      (other) => isSameSocket(other, server) && named(other) !== named(server),
    );
    const isSplit = same.some((other) => named(other.server) !== named(server));

    const froms = [named(client)];
    const isClientKnown = same.some((other) => other.client === client && arrivalsOf(other).source <= first);
    // An address of which nothing is known waits for no host.
    if ((!hasSource && (!isClientKnown || rivals.length > 0)) || !isAddressKnown(client, first))
      froms.push(...anyUnnamed(client));
    // A new client has the name of another one at its address until its exporter reports it.
    if (source > first && !isClientKnown)
      for (const rival of rivals) if (arrivalsOf(rival).source <= first) froms.push(named(rival.client));
    const tos = [named(server)];
    const isServerKnown = hasReported(server, first);
    if (!hasDestination && (!isServerKnown || others.length > 0)) {
      tos.push(...anyUnnamed(server));
      for (const other of others) if (hasReported(other, first)) tos.push(named(other));
    }
    // Of several clients and several servers, each host sees only its own.
    if (isSplit && rivals.length > 0) {
      froms.push(...anyUnnamed(client));
      tos.push(...anyUnnamed(server));
    }
    // Without any exporter ever, the address is the name.
    const from =
      hasAgent(client) || rivals.some((rival) => hasAgent(rival.client)) ? froms : [unnamed(client)];
    const to = hasAgent(server) || others.some(hasAgent) ? tos : [unnamed(server)];
    const names = [...new Set(from.flatMap((one) => to.map((other) => `${one} > ${other} ${server.port}`)))];

    const waitsFor = [
      ...(hasSource || !hasAgent(client) || isClientKnown ? [] : [client.host]),
      ...(hasDestination || !hasAgent(server) || isServerKnown ? [] : [server.host]),
    ];
    const until = waitsFor.map((host) => Math.min(returns(host, at) + WAITS, first + WAITS_WHILE_SILENT));
    return [
      {
        connection,
        names: names as [Names, ...Names[]],
        bySource: hasSource && !isSplit,
        byDestination: hasDestination && rivals.length === 0,
        isCounted,
        recorded: { from: first, until: Math.max(last, ...until) + CORRECTED },
      },
    ];
  });
}

/** Whether two connections differ only in what one of their hosts cannot see. */
function isSameFlow(one: Connection, other: Connection): boolean {
  return (
    one.client.host === other.client.host &&
    one.client.address === other.client.address &&
    isSameSocket(one.server, other.server)
  );
}

function isSameSocket(one: Process, other: Process): boolean {
  const isShared = one.address.startsWith('10.') || one.host === other.host;
  return one.address === other.address && one.port === other.port && isShared;
}

/** When the report of a connection by a host arrived; undefined if it never does. */
function arrivalOf(
  { at }: Connection,
  flow: readonly Connection[],
  reports: readonly Report[],
): number | undefined {
  const counting = reports.find(({ cycle, started }) => cycle >= at && started <= at);
  if (counting?.arrived === undefined) return undefined;
  // An edge that is unused for long is removed from the export, even if it was never scraped.
  let lastUsed = counting.cycle;
  for (const { cycle, started } of reports) {
    if (cycle < counting.cycle || cycle > counting.arrived || started !== counting.started) continue;
    const isUsed = flow.some(
      (other) => other.at <= cycle && Math.max(other.until, other.at + 1) > cycle - CYCLE,
    );
    if (isUsed) lastUsed = cycle;
    if (cycle - lastUsed > EDGE_EXPIRATION) return undefined;
  }
  return counting.arrived;
}

/** When it first arrived that the connection is open. */
function seenAt({ client, server, at, until }: Connection, byHost: ReadonlyMap<Host, readonly Report[]>) {
  const arrivals = [client.host, server.host].flatMap((host) =>
    (byHost.get(host) ?? []).flatMap(({ cycle, arrived }) =>
      cycle >= at && cycle < until && arrived !== undefined ? [arrived] : [],
    ),
  );
  return arrivals.length > 0 ? Math.min(...arrivals) : undefined;
}
