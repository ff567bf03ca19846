import { Resolver } from 'node:dns/promises';

/** What the zones of the addresses call them (PTR records). */
export interface ReverseNames {
  /** The name as far as it is known by now; asks for it where it is not. Never waits. */
  nameOf(address: string): string | undefined;
  close(): void;
}

export interface ReverseNamesOptions {
  /** Asks for the names of an address; rejects where there are none. */
  lookUp(address: string): Promise<readonly string[]>;
  close?(): void;
  /** Milliseconds since any time, never set. */
  uptime(): number;
}

const SECOND = 1000;
const TIMEOUT = 2 * SECOND;
const KNOWN = 3600 * SECOND;
/** How long an address is not asked for again that has no name, or of which nobody could tell. */
const NAMELESS = 600 * SECOND;
const MAX_REMEMBERED = 4096;
const MAX_AT_ONCE = 8;
const MAX_PER_SECOND = 20;

interface Entry {
  readonly name: string | undefined;
  readonly until: number;
}

export function askSystem(uptime: () => number): ReverseNamesOptions {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: 1 });
  return { lookUp: (address) => resolver.reverse(address), close: () => resolver.cancel(), uptime };
}

/** An address that may not be asked for yet, lest the name servers be flooded, is asked for at a later call. */
export function createReverseNames({ lookUp, close, uptime }: ReverseNamesOptions): ReverseNames {
  const entries = new Map<string, Entry>();
  const pending = new Set<string>();
  let second = 0;
  let asked = 0;

  function mayAsk(now: number): boolean {
    if (now - second >= SECOND) {
      second = now;
      asked = 0;
    }
    return pending.size < MAX_AT_ONCE && asked < MAX_PER_SECOND;
  }

  function remember(address: string, name: string | undefined): void {
    pending.delete(address);
    entries.delete(address);
    const oldest = entries.size >= MAX_REMEMBERED ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
    entries.set(address, { name, until: uptime() + (name === undefined ? NAMELESS : KNOWN) });
  }

  function ask(address: string): void {
    asked++;
    pending.add(address);
    lookUp(address).then(
      // They come in any order: the same one is to be taken each time.
      (names) => remember(address, names.map(withoutCaseAndDot).sort().find(Boolean)),
      // Whatever the reason: the address goes without a name for a while.
      () => remember(address, undefined),
    );
  }

  return {
    nameOf(address) {
      const now = uptime();
      const known = entries.get(address);
      if ((!known || known.until <= now) && !pending.has(address) && mayAsk(now)) ask(address);
      return known?.name;
    },
    close: () => close?.(),
  };
}

function withoutCaseAndDot(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}
