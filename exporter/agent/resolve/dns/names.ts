import { isLoopback, isWildcard } from '../../net/address.ts';
import type { Answer } from './message.ts';

/** What the addresses are called that this host has looked up. Times are in ms since any time. */
export interface Names {
  learn(answer: Answer, now: number): void;
  /** The name that was asked for and answered with the address. Asking keeps it. */
  nameOf(address: string, now: number): string | undefined;
  /** How many addresses have a name. */
  readonly size: number;
  /** How many addresses lost their name before its time, to make room for others. */
  readonly displaced: number;
}

export interface NamesLimits {
  readonly addresses: number;
  readonly perName: number;
}

/** Some 4 MB of memory, when full of names of usual length. */
const LIMITS: NamesLimits = { addresses: 16_384, perName: 512 };

const MINUTE = 60_000;
/** For so long after its last use or its time to live the name of an address yields to no other. */
const HELD = 5 * MINUTE;
/** For so long it is remembered: programs such as nginx and Java look a name up once, and use it for ever. */
const REMEMBERED = 24 * 60 * MINUTE;
const MAX_TTL = 24 * 60 * MINUTE;

interface Entry {
  readonly name: string;
  readonly heldUntil: number;
  readonly knownUntil: number;
  readonly keptAt: number;
}

/**
 * An address has one name, though many may lead to it: the one it has is not taken from it while that is in use, so
 * that an edge keeps its name. The oldest entries make room where there are too many.
 */
export function createNames(limits: NamesLimits = LIMITS): Names {
  /** In the order of last use. */
  const entries = new Map<string, Entry>();
  /** The addresses of each name, likewise. */
  const addresses = new Map<string, Set<string>>();
  let displaced = 0;

  function forget(address: string): void {
    const name = entries.get(address)?.name;
    if (name === undefined) return;
    entries.delete(address);
    const others = addresses.get(name);
    others?.delete(address);
    if (others?.size === 0) addresses.delete(name);
  }

  /** Puts an entry to the end of both orders; `until` is how long it is true of itself. */
  function keep(address: string, name: string, until: number, keptAt: number): void {
    forget(address);
    entries.set(address, { name, heldUntil: until + HELD, knownUntil: until + REMEMBERED, keptAt });
    addresses.set(name, (addresses.get(name) ?? new Set()).add(address));
  }

  function makeRoom(name: string, now: number): void {
    const own = addresses.get(name);
    const oldest =
      own && own.size >= limits.perName
        ? own.values().next().value
        : entries.size >= limits.addresses
          ? entries.keys().next().value
          : undefined;
    if (oldest === undefined) return;
    if ((entries.get(oldest)?.knownUntil ?? 0) > now) displaced++;
    forget(oldest);
  }

  return {
    learn({ name, addresses, ttl }, now) {
      const end = now + Math.min(ttl * 1000, MAX_TTL);
      for (const address of addresses) {
        // What blocks a name answers with these; they are no one's far end.
        if (isLoopback(address) || isWildcard(address)) continue;
        const known = entries.get(address);
        if (known && known.name !== name && known.heldUntil > now) continue;
        if (known?.name !== name) makeRoom(name, now);
        keep(address, name, end, now);
      }
    },
    nameOf(address, now) {
      const entry = entries.get(address);
      if (!entry) return undefined;
      if (entry.knownUntil <= now) {
        forget(address);
        return undefined;
      }
      // Not each time: many edges are asked for in every pass.
      if (now - entry.keptAt >= MINUTE) keep(address, entry.name, Math.max(entry.heldUntil - HELD, now), now);
      return entry.name;
    },
    get size() {
      return entries.size;
    },
    get displaced() {
      return displaced;
    },
  };
}
