import type { Flow } from '../../aggregate/fold.ts';
import type { Endpoint, HalfEdge, HostEdges } from '../../half-edge.ts';
import type { NoteFold } from '../../metrics/folds.ts';
import type { LocalAddresses } from '../local-addresses.ts';
import { decideForwarders } from './forwarder-decisions.ts';
import { findForwarders, findRoutes, type Route } from './forwarder-routes.ts';

/**
 * Tells what comes to a forwarder as what comes to the service behind it:
 *
 *     caller ─▶ forwarder:8080 ─▶ service:80      becomes      caller ─▶ service, at forwarder:8080
 *
 * The forwarder's own connections and the service's ends of them are not told a second time, but counted as folded.
 * It is done where both halves of each edge stay the same: for a service on this host; and for one elsewhere
 * where the forwarder listens on loopback alone, so that all its callers are here and are told as connected from the
 * forwarder's address. Any other forwarder stays a service of its own.
 */
export type CollapseForwarders = (
  seen: HostEdges,
  localAddresses: LocalAddresses,
  note: NoteFold,
) => HostEdges;

/** A pass may come between the call of a forwarder and its own connection; so many are waited for. */
const PATIENCE = 3;

export function createCollapseForwarders(): CollapseForwarders {
  let routes: ReadonlyMap<number, Route> = new Map();
  /** In how many passes a forwarder was called and had never connected. */
  let waits = new Map<number, number>();
  let held: readonly HalfEdge[] = [];

  return ({ halfEdges, serviceListeners }, localAddresses, note) => {
    const seen =
      held.length > 0
        ? { halfEdges: [...held, ...halfEdges], serviceListeners }
        : { halfEdges, serviceListeners };
    held = [];
    const forwarders = findForwarders(seen);
    routes = findRoutes(seen.halfEdges, forwarders, routes);
    waits = new Map([...waits].filter(([pid]) => forwarders.has(pid)));
    if (forwarders.size === 0) return seen;
    const decisions = decideForwarders(
      forwarders,
      routes,
      localAddresses,
      (pid) => (waits.get(pid) ?? 0) < PATIENCE,
    );
    if (decisions.of.size === 0) return seen;

    const decisionOf = ({ forwardsTo, pid }: Endpoint) =>
      forwardsTo && pid !== undefined ? decisions.of.get(pid) : undefined;
    const fold = (half: HalfEdge): HalfEdge[] => {
      note('forwarder', half.flow);
      return failuresOf(half);
    };
    const waiting: HalfEdge[] = [];

    function collapse(half: HalfEdge): HalfEdge[] {
      if (decisions.isBack(half) || decisions.isHandedOn(half)) return fold(half);
      const decision = decisionOf(half.dst);
      switch (decision?.at) {
        case 'here':
          return [{ ...half, dst: { ...decision.service, address: half.dst.address } }];
        case 'elsewhere':
          return half.flow.direction === 'outbound' ? [asConnected(half, decision)] : fold(half);
        case 'unknown yet':
          waiting.push(half);
          return [];
        default:
          return [half];
      }
    }

    const told = seen.halfEdges.flatMap(collapse);
    for (const pid of new Set(waiting.map(({ dst }) => dst.pid)))
      if (pid !== undefined) waits.set(pid, (waits.get(pid) ?? 0) + 1);
    held = waiting.map(asOver);
    return {
      halfEdges: told,
      serviceListeners: serviceListeners.map((listening) => {
        const decision = decisionOf(listening.dst);
        if (decision?.at !== 'here') return listening;
        return { ...listening, dst: { ...decision.service, address: listening.dst.address } };
      }),
    };
  };
}

/** What the pass has counted, to be told by a later one, which sees for itself what is open then. */
function asOver(half: HalfEdge): HalfEdge {
  return { ...half, flow: { ...half.flow, open: 0, rttSum: 0, rttCount: 0 } };
}

/** A caller's half as if it had connected itself. How long that takes and how far it is the forwarder alone knows. */
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

/** What a forwarder could not connect to stays its own to tell: its caller was connected well. */
function failuresOf(half: HalfEdge): HalfEdge[] {
  if (!half.flow.failed) return [];
  const over = asOver(half);
  const flow = without(over.flow, ['transmittedBytes', 'receivedBytes', 'setup']);
  return [{ ...over, flow: { ...flow, opened: 0 } }];
}

function without(flow: Flow, keys: readonly (keyof Flow)[]): Flow {
  return Object.fromEntries(
    Object.entries(flow).filter(([key]) => !keys.some((one) => one === key)),
  ) as unknown as Flow;
}
