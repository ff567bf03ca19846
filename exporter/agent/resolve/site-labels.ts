import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';

/** Adds the site of this host to its endpoints, unless a rule has set another one. */
export interface SiteLabels {
  serviceListener(listener: ServiceListener): ServiceListener;
  halfEdge(half: HalfEdge): HalfEdge;
}

export function createSiteLabels(site: string | undefined): SiteLabels {
  if (site === undefined) return { serviceListener: (listener) => listener, halfEdge: (half) => half };

  const label = (endpoint: Endpoint): Endpoint =>
    endpoint.host === undefined || endpoint.site !== undefined ? endpoint : { ...endpoint, site };
  return {
    serviceListener: (listener) => ({ ...listener, dst: label(listener.dst) }),
    halfEdge: ({ flow, src, dst }) => ({ flow, src: label(src), dst: label(dst) }),
  };
}
