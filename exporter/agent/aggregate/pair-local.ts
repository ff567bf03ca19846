import type { HalfEdge } from '../half-edge.ts';
import { isLoopback } from '../net/address.ts';
import type { ListenerAt } from './listeners-by-place.ts';

/**
 * Names the destination of loopback connections on the source's half, in place, unless the capture knows it: the
 * service that listens there in the same network namespace. Only this host can tell, since 127.0.0.1 means another thing in every
 * namespace and the namespace is no label.
 */
export function pairLocal(halfEdges: readonly HalfEdge[], listenerAt: ListenerAt): void {
  for (const half of halfEdges) {
    const { direction, netns, transport, port } = half.flow;
    const { address } = half.dst;
    if (direction !== 'outbound' || half.dst.service !== undefined || !isLoopback(address)) continue;
    const listener = listenerAt(netns, transport, port, address);
    if (listener) half.dst = { ...listener, address };
  }
}
