import type { Libbpf } from '../../native/libbpf.ts';
import { ANY_IPV4, ANY_IPV6, isIpv6 } from '../../net/address.ts';
import type { ConnectionTuple, Trace } from '../capture.ts';
import type { Control } from './control.ts';
import { TRACE } from './kernel-structs.ts';
import { decodeTrace, encodeConnTuple } from './layout.ts';

/** Tracing costs a little for each connection, so it stops this long after the last request, in ms. */
const TRACING_TIMEOUT = 300_000;

/** Traces of single connections, which the kernel program records only while they are in demand. */
export interface Traces {
  /** Removes and returns the trace of a connection. Starts tracing. */
  traceOf(tuple: ConnectionTuple): Trace | undefined;
  /** Whether traces were requested recently. */
  isInDemand(): boolean;
}

export function createTraces(libbpf: Libbpf, map: number, control: Control): Traces {
  let requestedAt = Number.NEGATIVE_INFINITY;

  function take(tuple: ConnectionTuple): Trace | undefined {
    const key = encodeConnTuple(tuple);
    const value = Buffer.alloc(TRACE.sizeof);
    // Removed, because a later connection may have the same tuple. Most are closed, so one call has to suffice.
    if (!libbpf.take(map, key, value)) return undefined;
    const trace = decodeTrace(value);
    // If it has closed in the meantime, the table already has its new trace.
    if (trace?.state === 'open') libbpf.insert(map, key, value);
    return trace && { ...trace, localAddress: tuple.localAddress };
  }

  return {
    traceOf(tuple) {
      requestedAt = performance.now();
      if (!control.values.isTracing) control.set({ isTracing: true });
      const trace = take(tuple);
      if (trace || tuple.transport !== 'udp') return trace;
      // An unconnected UDP socket may have no local address.
      return take({ ...tuple, localAddress: isIpv6(tuple.remoteAddress) ? ANY_IPV6 : ANY_IPV4 });
    },
    isInDemand: () => performance.now() - requestedAt <= TRACING_TIMEOUT,
  };
}
