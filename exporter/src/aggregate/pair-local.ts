import type { Transport } from '../capture/capture.ts';
import type { End, HalfEdge, Listening } from '../half-edge.ts';
import { ANY_IPV4, ANY_IPV6, isIpv6, isLoopback } from '../net/address.ts';

/**
 * Names the destination of loopback connections on the source's half, in place, unless the capture knows it: the
 * service that listens there in the same network namespace. Only this host can tell, since 127.0.0.1 means another thing in every
 * namespace and the namespace is no label.
 */
export function pairLocal(halfEdges: readonly HalfEdge[], listenings: readonly Listening[]): void {
  const byPlace = new Map<string, End>();
  for (const { netns, transport, port, dst } of listenings)
    byPlace.set(keyOf(netns, transport, port, dst.address), dst);

  for (const half of halfEdges) {
    const { direction, netns, transport, port } = half.flow;
    const { address } = half.dst;
    if (direction !== 'outbound' || half.dst.service !== undefined || !isLoopback(address)) continue;
    const listener = [address, ...wildcardsFor(address)]
      .map((place) => byPlace.get(keyOf(netns, transport, port, place)))
      .find((end) => end !== undefined);
    if (listener) half.dst = { ...listener, address };
  }
}

/** A dual-stack listener on `::` takes IPv4 too. */
function wildcardsFor(address: string): string[] {
  return isIpv6(address) ? [ANY_IPV6] : [ANY_IPV4, ANY_IPV6];
}

function keyOf(netns: number, transport: Transport, port: number, address: string): string {
  return `${netns} ${transport} ${port} ${address}`;
}
