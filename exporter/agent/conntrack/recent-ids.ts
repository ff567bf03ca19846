/** Tells new connections from those met a short while ago. */
export interface RecentIds {
  /** Remembers connections, and gives those that were not known. */
  add<Connection extends { readonly id: number }>(connections: readonly Connection[]): Connection[];
}

/** No connection that is over stays tracked for longer (nf_conntrack_tcp_timeout_time_wait), in ms. */
const GENERATION = 120_000;
const MOST = 65_536;

/**
 * Remembers ids for one to two generations, or as many as twice `MOST` of them: those that are still tracked when all
 * that is has to be read anew. `uptime` is in ms.
 *
 * A connection may have the id of an earlier one with the same ends, as the id is made of those and of where the kernel
 * keeps it (net/netfilter/nf_conntrack_core.c, nf_ct_get_id). So it tells nothing of what an event has told.
 */
export function createRecentIds(uptime: () => number): RecentIds {
  let young = new Set<number>();
  let old = new Set<number>();
  let since = uptime();

  function isNew({ id }: { readonly id: number }): boolean {
    if (young.has(id)) return false;
    if (young.size >= MOST) grow();
    young.add(id);
    return !old.has(id);
  }

  function grow(): void {
    [young, old] = [new Set(), young];
    since = uptime();
  }

  return {
    add(connections) {
      if (uptime() - since > GENERATION) grow();
      return connections.filter(isNew);
    },
  };
}
