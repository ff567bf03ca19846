import { isIPv4, isIPv6 } from 'node:net';
import { formatIpv6, parseAddress } from '../../net/address.ts';

/** The addresses on the lines `nameserver ADDRESS` of a `resolv.conf`; not those of one link (`fe80::1%eth0`). */
export function parseResolvConf(text: string): string[] {
  return [...text.matchAll(/^nameserver[ \t]+(\S+)/gm)].flatMap(([, address = '']) => {
    if (isIPv4(address)) return [address];
    return isIPv6(address) && !/[.%]/.test(address) ? [formatIpv6(parseAddress(address))] : [];
  });
}

/** Which name servers are listened to. */
export interface NameServers {
  /** Those to listen to now, given those that are set up and those that have just been asked. */
  update(setUp: readonly string[], asked: Iterable<string>, now: number): readonly string[];
  /** How many there was no room for in the last update. */
  readonly leftOut: number;
}

/** A resolver that works its way down from the root asks thousands, and nobody the answers that it gets. */
const MAX_SERVERS = 16;
/** For so long one is listened to that is asked no more, in ms. */
const LISTENED = 10 * 60_000;

/** Those that came first stay while they are asked; times are in ms since any time. */
export function createNameServers(max = MAX_SERVERS): NameServers {
  const until = new Map<string, number>();
  let leftOut = 0;

  return {
    update(setUp, asked, now) {
      for (const [server, end] of until) if (end <= now) until.delete(server);
      const wanted = new Set([...setUp, ...asked]);
      leftOut = 0;
      for (const server of wanted) {
        if (until.has(server) || until.size < max) until.set(server, now + LISTENED);
        else leftOut++;
      }
      return [...until.keys()];
    },
    get leftOut() {
      return leftOut;
    },
  };
}
