import type { End, HalfEdge } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import { createNetworkTable, type Network } from './networks.ts';
import { OWN_RANGES } from './own-ranges.ts';

export interface ResolveOptions {
  /** The user's networks; they go before the known ranges where they are the same or narrower. */
  readonly networks?: readonly Network[] | undefined;
  /** Whether all public addresses are told as one, the service `internet`. */
  readonly internet?: 'fold' | 'keep';
}

/**
 * Names the far ends of which nothing but the address is known, by the range that holds it. `here` are the
 * addresses of this host: they are never folded.
 */
export type Resolve = (
  halfEdges: readonly HalfEdge[],
  here: ReadonlySet<string>,
  note: NoteFold,
) => readonly HalfEdge[];

const INTERNET: End = { address: '', service: 'internet', kind: 'internet' };

/** Addresses remembered: enough for a busy host, and bounded where every client is a new one. */
const MAX_REMEMBERED = 16_384;

/** What becomes of an end by its address: another one, or the same with a site. */
type Outcome = { readonly end: End } | { readonly site: string } | 'as it is';

export function createResolve({ networks = [], internet = 'fold' }: ResolveOptions): Resolve {
  const table = createNetworkTable([...OWN_RANGES, ...networks]);
  const remembered = new Map<string, Outcome>();

  function decide(address: string): Outcome {
    const network = table.find(address);
    if (!network) return internet === 'fold' ? { end: INTERNET } : 'as it is';
    const { name, site } = network;
    if (name !== undefined)
      return { end: { address: '', service: name, kind: 'network', ...(site !== undefined && { site }) } };
    return site === undefined ? 'as it is' : { site };
  }

  function outcomeOf(address: string): Outcome {
    let outcome = remembered.get(address);
    if (!outcome) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      outcome = decide(address);
      remembered.set(address, outcome);
    }
    return outcome;
  }

  return (halfEdges, here, note) =>
    halfEdges.map((half) => {
      const far = farEnd(half);
      if (!isBareAddress(far, half) || here.has(far.address)) return half;
      const outcome = outcomeOf(far.address);
      if (outcome === 'as it is') return half;
      if ('site' in outcome) return withFarEnd(half, { ...far, site: outcome.site });
      note(outcome.end === INTERNET ? 'internet' : 'network', half.flow);
      return withFarEnd(half, outcome.end);
    });
}

function isBareAddress({ kind, host, service, address }: End, { flow }: HalfEdge): boolean {
  if (kind !== 'unknown' || host !== undefined || service !== undefined) return false;
  return address !== '' && flow.transport !== 'unix';
}

/** The end that is not the observing process's own. */
export function farEnd({ flow, src, dst }: HalfEdge): End {
  return flow.direction === 'outbound' ? dst : src;
}

/** The end of the observing process. */
export function ownEnd({ flow, src, dst }: HalfEdge): End {
  return flow.direction === 'outbound' ? src : dst;
}

/** A half-edge like the other, which stays as it is. */
export function withFarEnd({ flow, src, dst }: HalfEdge, far: End): HalfEdge {
  return flow.direction === 'outbound' ? { flow, src, dst: far } : { flow, src: far, dst };
}
