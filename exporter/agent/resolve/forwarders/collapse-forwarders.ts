import type { Flow } from '../../aggregate/fold.ts';
import type { Endpoint, HalfEdge, HostEdges } from '../../half-edge.ts';
import type { NoteFold } from '../../metrics/folds.ts';
import type { LocalAddresses } from '../local-addresses.ts';
import { createAttributeFailures } from './attribute-failures.ts';
import { decideForwarders } from './forwarder-decisions.ts';
import { findForwarders, findRoutes, type Route } from './forwarder-routes.ts';

/**
 * Replaces a port forwarder by the service behind it:
 *
 *     client ─▶ forwarder:8080 ─▶ service:80      becomes      client ─▶ service, at forwarder:8080
 *
 * The forwarder's own connections, as both of their ends report them, are removed and counted as folded. This is done
 * only if both half-edges of each edge still match: if the service is on this host; or if it is on another one and the
 * forwarder listens on loopback alone, so that all its clients are on this host and are reported as connected from the
 * forwarder's address. Any other forwarder stays a service of its own.
 *
 * The forwarder accepts connections although the service is down: its failures are then those of its clients.
 */
export type CollapseForwarders = (
  edges: HostEdges,
  localAddresses: LocalAddresses,
  note: { readonly fold: NoteFold; readonly unattributed: (failures: number) => void },
  releaseAll?: boolean,
) => HostEdges;

/** How many cycles to wait for a forwarder's own connection after a client has connected to it. */
const MAX_WAITS = 3;

export function createCollapseForwarders(): CollapseForwarders {
  let routes: ReadonlyMap<number, Route> = new Map();
  /** In how many cycles a forwarder had clients and had never connected, by pid. */
  let waits = new Map<number, number>();
  let postponed: readonly HalfEdge[] = [];
  const attributeFailures = createAttributeFailures();

  return ({ halfEdges, serviceListeners }, localAddresses, note, releaseAll = false) => {
    const edges = {
      halfEdges: postponed.length > 0 ? [...postponed, ...halfEdges] : halfEdges,
      serviceListeners,
    };
    postponed = [];
    const forwarders = findForwarders(edges);
    routes = findRoutes(edges.halfEdges, forwarders, routes);
    waits = new Map([...waits].filter(([pid]) => forwarders.has(pid)));
    if (forwarders.size === 0) return edges;
    const decisions = decideForwarders(
      forwarders,
      routes,
      localAddresses,
      (pid) => !releaseAll && (waits.get(pid) ?? 0) < MAX_WAITS,
    );
    if (decisions.of.size === 0) return edges;

    const decisionOf = ({ forwardsTo, pid }: Endpoint) =>
      forwardsTo && pid !== undefined ? decisions.of.get(pid) : undefined;
    const fold = (half: HalfEdge): HalfEdge[] => {
      note.fold('forwarder', half.flow);
      return [];
    };
    const ofClients = attributeFailures(edges.halfEdges, decisions, note.unattributed);
    const waiting: HalfEdge[] = [];

    function collapse(half: HalfEdge): HalfEdge[] {
      if (decisions.isForwarded(half) || decisions.isReceived(half)) return fold(half);
      const decision = decisionOf(half.dst);
      switch (decision?.target) {
        case 'local':
          return [{ ...half, dst: { ...decision.service, address: half.dst.address } }];
        case 'remote':
          return half.flow.direction === 'outbound' ? [asConnected(half, decision)] : fold(half);
        case 'pending':
          waiting.push(half);
          return [];
        default:
          return [half];
      }
    }

    const collapsed = ofClients.flatMap(collapse);
    for (const pid of new Set(waiting.map(({ dst }) => dst.pid)))
      if (pid !== undefined) waits.set(pid, (waits.get(pid) ?? 0) + 1);
    postponed = waiting.map(asClosed);
    return {
      halfEdges: collapsed,
      serviceListeners: serviceListeners.map((listener) => {
        const decision = decisionOf(listener.dst);
        if (decision?.target !== 'local') return listener;
        return { ...listener, dst: { ...decision.service, address: listener.dst.address } };
      }),
    };
  };
}

/** Keeps what this cycle has counted for a later one, which reads by itself what is open then. */
function asClosed(half: HalfEdge): HalfEdge {
  return { ...half, flow: { ...half.flow, open: 0, rttSum: 0, rttCount: 0 } };
}

/** A client's half-edge as if it had connected itself. Set-up time and round-trip time would be the forwarder's. */
function asConnected(
  { flow, src, dst }: HalfEdge,
  { from, to }: { readonly from: string; readonly to: string },
): HalfEdge {
  const { transport, port } = dst.forwardsTo ?? flow;
  return {
    flow: { ...without(flow, ['setup', 'retransmits']), transport, port, rttSum: 0, rttCount: 0 },
    src: { ...src, address: from },
    dst: { address: to, kind: 'unknown' },
  };
}

function without(flow: Flow, keys: readonly (keyof Flow)[]): Flow {
  return Object.fromEntries(
    Object.entries(flow).filter(([key]) => !keys.some((each) => each === key)),
  ) as unknown as Flow;
}
