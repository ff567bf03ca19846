import { addCounts } from '../../aggregate/counts.ts';
import type { Flow } from '../../aggregate/fold.ts';
import { ERROR_TYPES } from '../../capture/capture.ts';
import type { HalfEdge } from '../../half-edge.ts';
import { isLoopback } from '../../net/address.ts';
import type { ForwarderDecisions } from './forwarder-decisions.ts';

/**
 * Counts the failures of a forwarder, which is replaced by the service behind it, on the edges of its clients: it
 * accepted their connections and then could not connect itself. They are attributed where this is certain: if it has had
 * one client so far; or if, in this cycle, as many attempts failed as its clients opened connections, and none succeeded.
 * Others are passed to `unattributed`.
 */
export type AttributeFailures = (
  halfEdges: readonly HalfEdge[],
  decisions: ForwarderDecisions,
  unattributed: (count: number) => void,
) => readonly HalfEdge[];

/** The clients of a forwarder so far, by name or address. More than two need not be known. */
type Clients = Map<string, HalfEdge>;

export function createAttributeFailures(): AttributeFailures {
  let clientsBefore: ReadonlyMap<number, Clients> = new Map();

  return (halfEdges, decisions, unattributed) => {
    const now = new Map<number, HalfEdge[]>();
    const failures = new Map<number, { failed: number[]; opened: number }>();
    for (const half of halfEdges) {
      const { pid } = half.dst;
      if (pid !== undefined && decisions.of.has(pid) && half.dst.forwardsTo && isClients(half))
        now.set(pid, [...(now.get(pid) ?? []), half]);
      if (half.src.pid !== undefined && decisions.isForwarded(half)) note(half.src.pid, half.flow);
    }
    const clients = new Map<number, Clients>();
    for (const pid of decisions.of.keys()) clients.set(pid, known(clientsBefore.get(pid), now.get(pid)));
    clientsBefore = clients;

    function note(pid: number, { failed, opened }: Pick<Flow, 'failed' | 'opened'>): void {
      const sums = failures.get(pid) ?? { failed: ERROR_TYPES.map(() => 0), opened: 0 };
      failures.set(pid, sums);
      sums.opened += opened;
      failed?.forEach((count, at) => {
        sums.failed[at] = (sums.failed[at] ?? 0) + count;
      });
    }

    const added = new Map<HalfEdge, number[]>();
    // A forwarder may be the client of another one, whose failures are then its own.
    for (let turns = 2 * decisions.of.size; failures.size > 0 && turns > 0; turns--)
      for (const [pid, sums] of failures) {
        failures.delete(pid);
        if (sum(sums.failed) > 0) attribute(pid, sums);
      }

    function attribute(pid: number, { failed, opened }: { failed: number[]; opened: number }): void {
      const current = now.get(pid) ?? [];
      const [only, ...others] = clients.get(pid)?.values() ?? [];
      const accepted = current.reduce((all, half) => all + half.flow.opened, 0);
      const reasons = failed.filter((count) => count > 0).length;
      if (only && others.length === 0) add(current[0] ?? idle(only), failed);
      else if (opened === 0 && accepted === sum(failed) && reasons === 1)
        for (const half of current)
          add(
            half,
            failed.map((count) => (count > 0 ? half.flow.opened : 0)),
          );
      else unattributed(sum(failed));
    }

    function add(half: HalfEdge, failed: readonly number[]): void {
      const { pid } = half.src;
      if (pid !== undefined && decisions.isForwarded(half)) note(pid, { failed: [...failed], opened: 0 });
      else added.set(half, [...failed]);
    }

    if (added.size === 0) return halfEdges;
    const isNew = [...added.keys()].filter((half) => !halfEdges.includes(half));
    return [...halfEdges, ...isNew].map((half) => {
      const failed = added.get(half);
      if (!failed) return half;
      const flow = { ...half.flow };
      addCounts(flow, { opened: 0, failed });
      return { ...half, flow };
    });
  };
}

/** A connection over loopback is reported by both processes; that of the client is used. */
function isClients({ flow, src }: HalfEdge): boolean {
  return flow.direction === 'outbound' || !isLoopback(src.address);
}

function known(before: Clients = new Map(), now: readonly HalfEdge[] = []): Clients {
  const clients = new Map(before);
  for (const half of now) if (clients.size < 2) clients.set(clientKey(half), half);
  return clients;
}

function clientKey({ src: { service, address } }: HalfEdge): string {
  return service === undefined ? address : `service ${service}`;
}

/** An edge without counts. */
function idle({ flow, src, dst }: HalfEdge): HalfEdge {
  const { netns, transport, direction, localAddress, remoteAddress, port, pid, image, remotePid, folded } =
    flow;
  const ends = {
    netns,
    transport,
    direction,
    localAddress,
    remoteAddress,
    port,
    pid,
    image,
    remotePid,
    folded,
  };
  return { flow: { ...ends, open: 0, wasOpen: 0, opened: 0, rttSum: 0, rttCount: 0 }, src, dst };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
