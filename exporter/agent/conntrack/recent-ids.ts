/** Distinguishes new connections from those seen recently. */
export interface RecentIds {
  /** Remembers connections, and returns those that were not known. */
  add<Connection extends { readonly id: number }>(connections: readonly Connection[]): Connection[];
}

/** A closed connection is tracked no longer than this (nf_conntrack_tcp_timeout_time_wait), in ms. */
const GENERATION = 120_000;
const MAX_IDS = 65_536;

/**
 * Remembers ids for one to two generations, and at most twice `MAX_IDS`: enough for connections that are still tracked
 * when the whole table has to be read again. `uptime` is in ms.
 *
 * A connection may have the id of an earlier one with the same tuples, because the id is a hash of those and of the
 * address of the kernel's entry (net/netfilter/nf_conntrack_core.c, nf_ct_get_id). So an id does not rule out an event.
 */
export function createRecentIds(uptime: () => number): RecentIds {
  let current = new Set<number>();
  let previous = new Set<number>();
  let since = uptime();

  function isNew({ id }: { readonly id: number }): boolean {
    if (current.has(id)) return false;
    if (current.size >= MAX_IDS) startGeneration();
    current.add(id);
    return !previous.has(id);
  }

  function startGeneration(): void {
    [current, previous] = [new Set(), current];
    since = uptime();
  }

  return {
    add(connections) {
      if (uptime() - since > GENERATION) startGeneration();
      return connections.filter(isNew);
    },
  };
}
