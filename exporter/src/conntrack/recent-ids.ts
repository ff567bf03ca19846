/** Tells new ids from those met a short while ago. */
export interface RecentIds {
  /** False for one that is known. */
  add(id: number): boolean;
}

/** No connection that is over stays tracked for longer (nf_conntrack_tcp_timeout_time_wait), in ms. */
const GENERATION = 120_000;
const MOST = 65_536;

/**
 * Remembers ids for one to two generations, or as many as twice `MOST` of them: those that are still tracked when all
 * that is has to be read anew. `uptime` is in ms.
 */
export function createRecentIds(uptime: () => number): RecentIds {
  let young = new Set<number>();
  let old = new Set<number>();
  let since = uptime();

  return {
    add(id) {
      const now = uptime();
      if (young.size >= MOST || now - since > GENERATION) {
        [young, old] = [new Set(), young];
        since = now;
      }
      if (young.has(id)) return false;
      young.add(id);
      return !old.has(id);
    },
  };
}
