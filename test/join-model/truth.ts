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
const EDGE_EXPIRATION = 300;

/** The names of an edge: `SITE SERVICE > SITE SERVICE PORT`. */
export type Names = string;

/** A connection as the store must have it. */
export interface Known {
  readonly connection: Connection;
  /** The names that it may have; the true ones are the first. */
  readonly names: readonly [Names, ...Names[]];
  /** Whether the exporter of the client's host, and of the server's, reports it. */
  readonly bySource: boolean;
  readonly byDestination: boolean;
  /** Whether the report of the server's host can be attributed to one client. */
  readonly isAttributed: boolean;
  /** Evaluations that may record it. `until` is infinite if it waits for a host that does not return. */
  readonly recorded: { readonly from: number; readonly until: number };
}

const endOf = (site: string | undefined, name: string) => `${site ?? '-'} ${name}`;
const named = ({ service, host }: Process) => endOf(host.site, service);
const unnamed = ({ address }: Process) => endOf(undefined, address);
const namesOf = (from: string, to: string, { server }: Connection): Names => `${from} > ${to} ${server.port}`;

export function knownOf(world: World, reports: readonly Report[]): Known[] {
  const evaluations: number[] = [];
  for (let time = GROUPS[0].delay; time < world.length; time += EVALUATION)
    if (!world.halted.some((span) => isIn(time, span))) evaluations.push(time);
  /** The first evaluation that joins what arrived at a time. */
  const joinedAt = (arrived: number) =>
    evaluations.find((time) => time - SETTLE >= arrived) ?? Number.POSITIVE_INFINITY;

  const byHost = Map.groupBy(reports, ({ host }) => host);
  const reported = new Map<Connection, { source: number | undefined; destination: number | undefined }>();
  for (const connection of world.connections) {
    const { client, server } = connection;
    const flow = world.connections.filter((other) => other.client === client && other.server === server);
    const arrival = (host: Host) => arrivalOf(connection, flow, byHost.get(host) ?? []);
    reported.set(connection, { source: arrival(client.host), destination: arrival(server.host) });
  }

  return world.connections.flatMap((connection): Known[] => {
    const { client, server } = connection;
    const { source, destination } = reported.get(connection) ?? {};
    if (source === undefined && destination === undefined) return [];
    const first = joinedAt(
      Math.min(source ?? Number.POSITIVE_INFINITY, destination ?? Number.POSITIVE_INFINITY),
    );
    const last = joinedAt(Math.max(source ?? 0, destination ?? 0));

    /** Clients that no server can distinguish: they connect from one address to one address and port. */
    const rivals = world.connections.filter(
      (other) =>
        other.client.service !== client.service &&
        other.client.host === client.host &&
        other.client.address === client.address &&
        other.server.address === server.address &&
        other.server.port === server.port &&
        other.server.host === server.host,
    );
    const wasReported = (other: Connection) => {
      const at = reported.get(other)?.source;
      return at !== undefined && joinedAt(at) <= first;
    };
    const isClientKnown =
      source !== undefined ||
      world.connections.some(
        (other) => other.client === client && other.server === server && wasReported(other),
      );
    const isServerKnown =
      destination !== undefined ||
      (byHost.get(server.host) ?? []).some(
        ({ cycle, arrived }) =>
          isIn(cycle, server.runs) && arrived !== undefined && joinedAt(arrived) <= first,
      );
    const froms = [named(client)];
    if (source === undefined && (!isClientKnown || rivals.length > 0)) {
      froms.push(unnamed(client));
      // A client that is new behind an address of another, while its exporter is silent.
      if (!isClientKnown) for (const rival of rivals) if (wasReported(rival)) froms.push(named(rival.client));
    }
    const tos = [named(server)];
    if (!isServerKnown) tos.push(unnamed(server));
    const all = froms.flatMap((from) => tos.map((to) => namesOf(from, to, connection)));
    const isAlone = client.host.agent.length === 0 || server.host.agent.length === 0;
    // Without any exporter ever, the address is the name.
    const only = isAlone
      ? [
          namesOf(
            client.host.agent.length === 0 ? unnamed(client) : named(client),
            server.host.agent.length === 0 ? unnamed(server) : named(server),
            connection,
          ),
        ]
      : all;
    const waits = !isAlone && (source === undefined || destination === undefined);
    return [
      {
        connection,
        names: only as [Names, ...Names[]],
        bySource: source !== undefined,
        byDestination: destination !== undefined,
        isAttributed: rivals.length === 0,
        recorded: { from: first, until: waits ? Number.POSITIVE_INFINITY : last + CORRECTED },
      },
    ];
  });
}

/** When the report of a connection by a host arrived; undefined if it never does. */
function arrivalOf(
  { at, until }: Connection,
  flow: readonly Connection[],
  reports: readonly Report[],
): number | undefined {
  const counting = reports.find(({ cycle, started }) => cycle >= at && started <= at);
  if (!counting || counting.started > at) return undefined;
  // An edge that is unused for long is removed from the export, even if it was never scraped.
  let lastUsed = counting.cycle;
  for (const { cycle, started, arrived } of reports) {
    if (cycle < counting.cycle || started !== counting.started) continue;
    const isUsed = flow.some((other) => other.at <= cycle && other.until > cycle - CYCLE);
    if (isUsed || (at <= cycle && until > cycle)) lastUsed = cycle;
    if (cycle - lastUsed > EDGE_EXPIRATION) return undefined;
    if (arrived !== undefined) return arrived;
  }
  return undefined;
}
