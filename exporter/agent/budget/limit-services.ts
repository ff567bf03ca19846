import type { End, HalfEdge, Listening } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createAdmission } from './admission.ts';

/** What a host is seen to do in one pass. */
export interface Seen {
  readonly halfEdges: readonly HalfEdge[];
  readonly listenings: readonly Listening[];
}

/**
 * Tells the first `limit` services of this host that are asked and as many that only ask; the others are the service
 * `other`, until one of the first is not in use for `keepFor` ms. So a shell that runs programs of ever new names
 * takes no place of a server.
 */
export function createLimitServices(limit: number, keepFor: number) {
  const asked = createAdmission<string>(limit);
  const asking = createAdmission<string>(limit);

  function limitedDst(end: End, now: number): End {
    return !isOfHost(end) || asked.admit(end.service, now) ? end : otherThan(end);
  }

  function limitedSrc(end: End, now: number): End {
    if (!isOfHost(end)) return end;
    const { service } = end;
    return asked.admit(service, now, false) || asking.admit(service, now) ? end : otherThan(end);
  }

  return ({ halfEdges, listenings }: Seen, now: number, note: NoteFold): Seen => {
    asked.forget(now - keepFor);
    asking.forget(now - keepFor);
    return {
      listenings: listenings.map((listening) => {
        const dst = limitedDst(listening.dst, now);
        return dst === listening.dst ? listening : { ...listening, dst };
      }),
      halfEdges: halfEdges.map((half) => {
        const dst = limitedDst(half.dst, now);
        const src = limitedSrc(half.src, now);
        if (src === half.src && dst === half.dst) return half;
        note('services', half.flow);
        return { flow: half.flow, src, dst };
      }),
    };
  };
}

function isOfHost(end: End): end is End & { readonly service: string } {
  return end.host !== undefined && end.service !== undefined;
}

function otherThan({ address, host, site }: End): End {
  return {
    address,
    service: 'other',
    kind: 'unknown',
    ...(host !== undefined && { host }),
    ...(site !== undefined && { site }),
  };
}
