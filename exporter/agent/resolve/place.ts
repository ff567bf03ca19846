import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';

/** Puts what is on this host at the host's site, unless a rule has put it elsewhere. */
export interface Place {
  listening(listening: ServiceListener): ServiceListener;
  halfEdge(half: HalfEdge): HalfEdge;
}

export function createPlace(site: string | undefined): Place {
  if (site === undefined) return { listening: (listening) => listening, halfEdge: (half) => half };

  const at = (end: Endpoint): Endpoint =>
    end.host === undefined || end.site !== undefined ? end : { ...end, site };
  return {
    listening: (listening) => ({ ...listening, dst: at(listening.dst) }),
    halfEdge: ({ flow, src, dst }) => ({ flow, src: at(src), dst: at(dst) }),
  };
}
