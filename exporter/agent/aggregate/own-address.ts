import type { Observation } from '../capture/capture.ts';
import { isIpv6, isLoopback, isWildcard, parseAddress } from '../net/address.ts';

/**
 * Gives a socket, or what was observed of it, that is bound to every address the one at which its peer reaches it; the empty
 * text where that cannot be told. `addresses` are those of its network namespace, loopback left out.
 *
 * A UDP socket without a peer has no address of its own until the kernel sends: then it is the one that the route
 * to the peer prefers, which is the one nearest to it (RFC 6724 5, rule 8; net/ipv4/fib_semantics.c for the same
 * subnet).
 */
export function withOwnAddress<Socket extends Pick<Observation, 'localAddress' | 'remoteAddress'>>(
  socket: Socket,
  addresses: readonly string[],
): Socket {
  const { localAddress, remoteAddress } = socket;
  if (!isWildcard(localAddress)) return socket;
  return { ...socket, localAddress: nearest(addresses, remoteAddress) };
}

function nearest(addresses: readonly string[], peer: string): string {
  if (isLoopback(peer)) return isIpv6(peer) ? '::1' : '127.0.0.1';
  const to = parseAddress(peer);
  let best = '';
  let bestLength = -1;
  for (const address of addresses) {
    if (isIpv6(address) !== isIpv6(peer)) continue;
    const length = commonPrefix(parseAddress(address), to);
    if (length > bestLength) [best, bestLength] = [address, length];
  }
  return best;
}

/** Leading bits that two addresses of the same family share. */
function commonPrefix(one: Uint8Array, other: Uint8Array): number {
  for (let i = 0; i < one.length; i++) {
    const difference = (one[i] ?? 0) ^ (other[i] ?? 0);
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24;
  }
  return 8 * one.length;
}
