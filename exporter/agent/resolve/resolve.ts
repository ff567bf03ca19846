import { type Endpoint, type HalfEdge, remoteEndpoint, withRemoteEndpoint } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import type { Dns } from './dns/open-dns.ts';
import { KNOWN_PLACES } from './known-places.ts';
import { createNetworkTable, type Network } from './networks.ts';
import { OWN_RANGES } from './own-ranges.ts';

export interface ResolveOptions {
  /** The user's networks; they go before the known ranges where they are the same or narrower. */
  readonly networks?: readonly Network[] | undefined;
  /** Whether all public addresses are told as one, the service `internet`. */
  readonly internet?: 'fold' | 'keep';
  /** What DNS tells of addresses. It may tell more later, and is asked each time. */
  readonly dns?: Pick<Dns, 'asked' | 'reverse'> | undefined;
}

/**
 * Names the far ends of which nothing but the address is known: by the user's network that holds it, else by the
 * name that was asked for to get it, else by the range that holds it. `here` are the addresses of this host: they are
 * never folded.
 */
export type Resolve = (
  halfEdges: readonly HalfEdge[],
  here: ReadonlySet<string>,
  note: NoteFold,
) => readonly HalfEdge[];

const INTERNET: Endpoint = { address: '', service: 'internet', kind: 'internet' };

/** Addresses remembered: enough for a busy host, and bounded where every client is a new one. */
const MAX_REMEMBERED = 16_384;

/** What a range tells of the addresses in it: the end that stands for all of them, or at most their site. */
type Range =
  | { readonly fold: 'network' | 'internet'; readonly end: Endpoint }
  | { readonly fold?: undefined; readonly site?: string };

export function createResolve({ networks = [], internet = 'fold', dns }: ResolveOptions): Resolve {
  const table = createNetworkTable([...OWN_RANGES, ...KNOWN_PLACES, ...networks]);
  const remembered = new Map<string, Range>();

  function findRange(address: string): Range {
    const network = table.find(address);
    if (!network) return internet === 'fold' ? { fold: 'internet', end: INTERNET } : {};
    const { name, site } = network;
    const place = site === undefined ? {} : { site };
    if (name === undefined) return place;
    return { fold: 'network', end: { address: '', service: name, kind: 'network', ...place } };
  }

  function rangeOf(address: string): Range {
    let range = remembered.get(address);
    if (!range) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      range = findRange(address);
      remembered.set(address, range);
    }
    return range;
  }

  /** Who connects to this host was not looked up by it; and a public address is called by its provider what it likes. */
  function nameOf(address: string, { flow }: HalfEdge, { fold }: Range): string | undefined {
    if (fold === 'network') return undefined;
    const asked = flow.direction === 'outbound' ? nameAsked(address, flow.originalAddress) : undefined;
    return asked ?? (fold ? undefined : dns?.reverse(address));
  }

  /** What was asked for was looked up, and not to where this host sends it on; unless that has a name of its own. */
  function nameAsked(address: string, originalAddress: string | undefined): string | undefined {
    return dns?.asked(address) ?? (originalAddress === undefined ? undefined : dns?.asked(originalAddress));
  }

  return (halfEdges, here, note) =>
    halfEdges.map((half) => {
      const far = remoteEndpoint(half);
      if (!isBareAddress(far, half) || here.has(far.address)) return half;
      const range = rangeOf(far.address);
      const service = nameOf(far.address, half, range);
      if (range.fold) {
        note(service === undefined ? range.fold : 'dns', half.flow);
        return withRemoteEndpoint(
          half,
          service === undefined ? range.end : { address: '', service, kind: 'dns' },
        );
      }
      if (service !== undefined) return withRemoteEndpoint(half, { ...far, ...range, service, kind: 'dns' });
      return range.site === undefined ? half : withRemoteEndpoint(half, { ...far, ...range });
    });
}

function isBareAddress({ kind, host, service, address }: Endpoint, { flow }: HalfEdge): boolean {
  if (kind !== 'unknown' || host !== undefined || service !== undefined) return false;
  return address !== '' && flow.transport !== 'unix';
}
