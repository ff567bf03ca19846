import type { HalfEdge, ServiceListener } from '../half-edge.ts';
import { isLoopback } from '../net/address.ts';
import type { ListenerIndex } from '../net/listener-index.ts';

/**
 * Names the server of loopback connections on the client's half-edges, unless the capture knows it: the service that
 * listens there in the same network namespace. Only this host can do so: 127.0.0.1 is another socket in every network
 * namespace, and the namespace is not a label.
 */
export function pairLocal(
  halfEdges: readonly HalfEdge[],
  services: ListenerIndex<ServiceListener>,
): readonly HalfEdge[] {
  return halfEdges.map((half) => {
    const { address, service } = half.dst;
    if (half.flow.direction !== 'outbound' || service !== undefined || !isLoopback(address)) return half;
    const listener = services.find({ ...half.flow, address });
    return listener ? { ...half, dst: { ...listener.dst, address } } : half;
  });
}
