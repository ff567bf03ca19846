import type { Endpoint, HostEdges } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createAdmission } from './admission.ts';

/**
 * Tells the first `limit` services of this host that are asked and as many that only ask; the others are the service
 * `other`, until one of the first is not in use for `keepFor` ms. So a shell that runs programs of ever new names
 * takes no place of a server.
 */
export function createLimitServices(limit: number, keepFor: number) {
  const asked = createAdmission<string>(limit);
  const asking = createAdmission<string>(limit);

  function limitedDst(end: Endpoint, now: number): Endpoint {
    return !isOfHost(end) || asked.admit(end.service, now) ? end : otherThan(end);
  }

  function limitedSrc(end: Endpoint, now: number): Endpoint {
    if (!isOfHost(end)) return end;
    const { service } = end;
    return asked.admit(service, now, false) || asking.admit(service, now) ? end : otherThan(end);
  }

  return ({ halfEdges, serviceListeners }: HostEdges, now: number, note: NoteFold): HostEdges => {
    asked.forget(now - keepFor);
    asking.forget(now - keepFor);
    return {
      serviceListeners: serviceListeners.map((listening) => {
        const dst = limitedDst(listening.dst, now);
        return dst === listening.dst ? listening : { ...listening, dst };
      }),
      halfEdges: halfEdges.map((half) => {
        const dst = limitedDst(half.dst, now);
        const src = limitedSrc(half.src, now);
        if (src === half.src && dst === half.dst) return half;
        note('service_limit', half.flow);
        return { flow: half.flow, src, dst };
      }),
    };
  };
}

function isOfHost(end: Endpoint): end is Endpoint & { readonly service: string } {
  return end.host !== undefined && end.service !== undefined;
}

function otherThan({ address, host, site }: Endpoint): Endpoint {
  return {
    address,
    service: 'other',
    kind: 'unknown',
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  };
}
