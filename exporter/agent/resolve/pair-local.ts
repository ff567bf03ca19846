import { type HalfEdge, hasFailedOnly, type ServiceListener } from '../half-edge.ts';
import { isLoopback, otherLoopback } from '../net/address.ts';
import type { ListenerIndex } from '../net/listener-index.ts';

/**
 * Names the server of loopback connections on the client's half-edges, unless the capture knows it: the service that
 * listens there in the same network namespace. Only this host can do so: 127.0.0.1 is another socket in every network
 * namespace, and the namespace is not a label.
 *
 * `localhost` has two addresses. An attempt that failed at one of them, where no process listens, belongs to the service
 * that listens at the other.
 */
export function pairLocal(
  halfEdges: readonly HalfEdge[],
  services: ListenerIndex<ServiceListener>,
): readonly HalfEdge[] {
  return halfEdges.map((half) => {
    const { flow, src, dst } = half;
    if (flow.direction !== 'outbound' || dst.service !== undefined || !isLoopback(dst.address)) return half;
    const listener = services.find({ ...flow, address: dst.address });
    const other = hasFailedOnly(flow) ? otherLoopback(dst.address) : undefined;
    if (other !== undefined && (!listener || listener.isLost)) {
      const beside = services.find({ ...flow, address: other });
      if (beside && (!listener || !beside.isLost))
        return { flow, src: { ...src, address: other }, dst: { ...beside.dst, address: other } };
    }
    return listener ? { ...half, dst: { ...listener.dst, address: dst.address } } : half;
  });
}
