import type { Endpoint, HostEdges } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createAdmission } from './admission.ts';

/**
 * Keeps the names of the first `limit` servers of this host and of as many pure clients; all others become the service
 * `other`, until one of the first has been out of use for `keepFor` ms. With two limits, a shell that runs programs of
 * ever new names cannot displace a server.
 */
export function createLimitServices(limit: number, keepFor: number) {
  const servers = createAdmission<string>(limit);
  const clients = createAdmission<string>(limit);

  function limitedDst(endpoint: Endpoint, now: number): Endpoint {
    return !isOfThisHost(endpoint) || servers.admit(endpoint.service, now) ? endpoint : asOther(endpoint);
  }

  function limitedSrc(endpoint: Endpoint, now: number): Endpoint {
    if (!isOfThisHost(endpoint)) return endpoint;
    const { service } = endpoint;
    return servers.admit(service, now, false) || clients.admit(service, now) ? endpoint : asOther(endpoint);
  }

  return ({ halfEdges, serviceListeners }: HostEdges, now: number, note: NoteFold): HostEdges => {
    servers.removeUnused(now - keepFor);
    clients.removeUnused(now - keepFor);
    return {
      serviceListeners: serviceListeners.map((listener) => {
        const dst = limitedDst(listener.dst, now);
        return dst === listener.dst ? listener : { ...listener, dst };
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

function isOfThisHost(endpoint: Endpoint): endpoint is Endpoint & { readonly service: string } {
  return endpoint.host !== undefined && endpoint.service !== undefined;
}

function asOther({ address, host, site }: Endpoint): Endpoint {
  return {
    address,
    service: 'other',
    kind: 'unknown',
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  };
}
