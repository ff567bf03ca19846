import { isIPv4, isIPv6 } from 'node:net';
import { formatIpv6, parseAddress } from '../../net/address.ts';

/** The addresses of the `nameserver` lines of a `resolv.conf`, link-local ones (`fe80::1%eth0`) left out. */
export function parseResolvConf(text: string): string[] {
  return [...text.matchAll(/^nameserver[ \t]+(\S+)/gm)].flatMap(([, address = '']) => {
    if (isIPv4(address)) return [address];
    return isIPv6(address) && !/[.%]/.test(address) ? [formatIpv6(parseAddress(address))] : [];
  });
}

/** The name servers whose responses are read. */
export interface NameServers {
  /** Those to observe now, given those that are configured and those that have just been queried. */
  update(configured: readonly string[], queried: Iterable<string>, now: number): readonly string[];
  /** How many were beyond the limit in the last update. */
  readonly skipped: number;
}

/** A recursive resolver queries thousands, whose responses are of no use to others. */
const MAX_SERVERS = 16;
/** How long a name server is observed after its last query, in ms. */
const KEEP_FOR = 10 * 60_000;

/** First come, first served: those that are in use stay. Times are monotonic, in ms. */
export function createNameServers(max = MAX_SERVERS): NameServers {
  const until = new Map<string, number>();
  let skipped = 0;

  return {
    update(configured, queried, now) {
      for (const [server, end] of until) if (end <= now) until.delete(server);
      const wanted = new Set([...configured, ...queried]);
      skipped = 0;
      for (const server of wanted) {
        if (until.has(server) || until.size < max) until.set(server, now + KEEP_FOR);
        else skipped++;
      }
      return [...until.keys()];
    },
    get skipped() {
      return skipped;
    },
  };
}
