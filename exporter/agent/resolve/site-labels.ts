import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';

/** Puts what is on this host at the host's site, unless a rule has put it elsewhere. */
export interface SiteLabels {
  serviceListener(serviceListener: ServiceListener): ServiceListener;
  halfEdge(half: HalfEdge): HalfEdge;
}

export function createSiteLabels(site: string | undefined): SiteLabels {
  if (site === undefined)
    return { serviceListener: (serviceListener) => serviceListener, halfEdge: (half) => half };

  const at = (end: Endpoint): Endpoint =>
    end.host === undefined || end.site !== undefined ? end : { ...end, site };
  return {
    serviceListener: (serviceListener) => ({ ...serviceListener, dst: at(serviceListener.dst) }),
    halfEdge: ({ flow, src, dst }) => ({ flow, src: at(src), dst: at(dst) }),
  };
}
