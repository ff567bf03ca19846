import type { Observation } from '../capture/capture.ts';
import { isIpv6, isLoopback, isWildcard, parseAddress } from '../net/address.ts';

/**
 * Replaces a wildcard local address by the address at which the peer reaches the socket, or by '' if that is unknown.
 * `addresses` are those of the socket's network namespace, loopback left out.
 *
 * A UDP socket without a peer has no local address until the kernel sends. The route to the peer selects it:
 * the address nearest to the peer (RFC 6724 section 5, rule 8; net/ipv4/fib_semantics.c for the same subnet).
 */
export function withoutWildcard<Socket extends Pick<Observation, 'localAddress' | 'remoteAddress'>>(
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
