import { Resolver } from 'node:dns/promises';

/** Names of addresses from their reverse zones (PTR records). */
export interface ReverseNames {
  /** The name if it is known by now; starts a lookup if it is not. Never waits. */
  nameOf(address: string): string | undefined;
  close(): void;
}

export interface ReverseNamesOptions {
  /** Looks up the names of an address. Rejects if there are none. */
  lookUp(address: string): Promise<readonly string[]>;
  close?(): void;
  /** Monotonic, in ms. */
  uptime(): number;
}

const SECOND = 1000;
const TIMEOUT = 2 * SECOND;
const KEEP_NAME_FOR = 3600 * SECOND;
/** How long no lookup is made again for an address without a name, or after a failure. */
const RETRY_AFTER = 600 * SECOND;
const MAX_ENTRIES = 4096;
const MAX_PENDING = 8;
const MAX_PER_SECOND = 20;

interface Entry {
  readonly name: string | undefined;
  readonly until: number;
}

export function systemResolver(uptime: () => number): ReverseNamesOptions {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: 1 });
  return { lookUp: (address) => resolver.reverse(address), close: () => resolver.cancel(), uptime };
}

/** Lookups are limited in rate, to spare the name servers; an address beyond the limit is looked up at a later call. */
export function createReverseNames({ lookUp, close, uptime }: ReverseNamesOptions): ReverseNames {
  const entries = new Map<string, Entry>();
  const pending = new Set<string>();
  let second = 0;
  let started = 0;

  function mayStart(now: number): boolean {
    if (now - second >= SECOND) {
      second = now;
      started = 0;
    }
    return pending.size < MAX_PENDING && started < MAX_PER_SECOND;
  }

  function remember(address: string, name: string | undefined): void {
    pending.delete(address);
    entries.delete(address);
    const oldest = entries.size >= MAX_ENTRIES ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
    entries.set(address, { name, until: uptime() + (name === undefined ? RETRY_AFTER : KEEP_NAME_FOR) });
  }

  function startLookup(address: string): void {
    started++;
    pending.add(address);
    lookUp(address).then(
      // They come in any order: always take the same one.
      (names) => remember(address, names.map(withoutCaseAndDot).sort().find(Boolean)),
      // Whatever the reason, the address has no name for a while.
      () => remember(address, undefined),
    );
  }

  return {
    nameOf(address) {
      const now = uptime();
      const known = entries.get(address);
      if ((!known || known.until <= now) && !pending.has(address) && mayStart(now)) startLookup(address);
      return known?.name;
    },
    close: () => close?.(),
  };
}

function withoutCaseAndDot(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}
