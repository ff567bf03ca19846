import { isLoopback, isWildcard } from '../../net/address.ts';
import type { DnsResponse } from './message.ts';

/** The names of the addresses that programs of this host have looked up. Times are monotonic, in ms. */
export interface Names {
  learn(response: DnsResponse, now: number): void;
  /** The queried name of the address. Use keeps it from expiring. */
  nameOf(address: string, now: number): string | undefined;
  /** Number of addresses that have a name. */
  readonly size: number;
  /** Number of addresses evicted before they expired. */
  readonly evicted: number;
}

export interface NamesLimits {
  readonly addresses: number;
  readonly perName: number;
}

/** Some 4 MB of memory, when full of names of usual length. */
const LIMITS: NamesLimits = { addresses: 16_384, perName: 512 };

const MINUTE = 60_000;
/** How long after its last use or its time to live the name of an address is not replaced by another. */
const FIXED_FOR = 5 * MINUTE;
/** How long it is kept: programs such as nginx and Java look a name up only once. */
const KEEP_FOR = 24 * 60 * MINUTE;
const MAX_TTL = 24 * 60 * MINUTE;

interface Entry {
  readonly name: string;
  readonly fixedUntil: number;
  readonly knownUntil: number;
  readonly keptAt: number;
}

/**
 * An address has one name, although several may lead to it: a name in use is not replaced by another, so that an edge
 * keeps its name. At the limit the least recently used entries are evicted.
 */
export function createNames(limits: NamesLimits = LIMITS): Names {
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  /** The addresses of each name, in the same order. */
  const addresses = new Map<string, Set<string>>();
  let evicted = 0;

  function remove(address: string): void {
    const name = entries.get(address)?.name;
    if (name === undefined) return;
    entries.delete(address);
    const others = addresses.get(name);
    others?.delete(address);
    if (others?.size === 0) addresses.delete(name);
  }

  /** Moves an entry to the end of both orders. `until` is the end of its time to live. */
  function keep(address: string, name: string, until: number, keptAt: number): void {
    remove(address);
    entries.set(address, { name, fixedUntil: until + FIXED_FOR, knownUntil: until + KEEP_FOR, keptAt });
    addresses.set(name, (addresses.get(name) ?? new Set()).add(address));
  }

  function evictFor(name: string, now: number): void {
    const own = addresses.get(name);
    const oldest =
      own && own.size >= limits.perName
        ? own.values().next().value
        : entries.size >= limits.addresses
          ? entries.keys().next().value
          : undefined;
    if (oldest === undefined) return;
    if ((entries.get(oldest)?.knownUntil ?? 0) > now) evicted++;
    remove(oldest);
  }

  return {
    learn({ name, addresses, ttl }, now) {
      const end = now + Math.min(ttl * 1000, MAX_TTL);
      for (const address of addresses) {
        // DNS blockers respond with these; no remote endpoint has them.
        if (isLoopback(address) || isWildcard(address)) continue;
        const known = entries.get(address);
        if (known && known.name !== name && known.fixedUntil > now) continue;
        if (known?.name !== name) evictFor(name, now);
        keep(address, name, end, now);
      }
    },
    nameOf(address, now) {
      const entry = entries.get(address);
      if (!entry) return undefined;
      if (entry.knownUntil <= now) {
        remove(address);
        return undefined;
      }
      // Not each time: there may be many lookups in every cycle.
      if (now - entry.keptAt >= MINUTE)
        keep(address, entry.name, Math.max(entry.fixedUntil - FIXED_FOR, now), now);
      return entry.name;
    },
    get size() {
      return entries.size;
    },
    get evicted() {
      return evicted;
    },
  };
}
