import { type Endpoint, type HalfEdge, remoteEndpoint, withRemoteEndpoint } from '../half-edge.ts';
import type { NoteFold } from '../metrics/folds.ts';
import type { Dns } from './dns/open-dns.ts';
import { CLOUD_SERVICES, PRIVATE_RANGES } from './known-networks.ts';
import { createNetworkTable, type Network } from './networks.ts';

export interface ResolveOptions {
  /** The user's networks. They precede the known ranges if they are the same or narrower. */
  readonly networks?: readonly Network[] | undefined;
  /** Whether all public addresses become one service, `internet`. */
  readonly internet?: 'fold' | 'keep';
  /** Names of addresses from DNS. They may change, so they are looked up each time. */
  readonly dns?: Pick<Dns, 'queriedName' | 'reverseName'> | undefined;
}

/**
 * Names remote endpoints of which only the address is known: by the user's network that contains it, else by the DNS
 * name that was queried for it, else by the known range that contains it. `localAddresses` are those of this host: they
 * are never folded.
 */
export type Resolve = (
  halfEdges: readonly HalfEdge[],
  localAddresses: ReadonlySet<string>,
  note: NoteFold,
) => readonly HalfEdge[];

const INTERNET: Endpoint = { address: '', service: 'internet', kind: 'internet' };

/** The most ranges cached by address: enough for a busy host, and bounded if every client has a new address. */
const MAX_CACHED = 16_384;

/** The result for all addresses of a range: the one endpoint they are folded into, or at most their site. */
type Range =
  | { readonly fold: 'network' | 'internet'; readonly endpoint: Endpoint }
  | { readonly fold?: undefined; readonly site?: string };

export function createResolve({ networks = [], internet = 'fold', dns }: ResolveOptions): Resolve {
  const table = createNetworkTable([...PRIVATE_RANGES, ...CLOUD_SERVICES, ...networks]);
  const cache = new Map<string, Range>();

  function findRange(address: string): Range {
    const network = table.find(address);
    if (!network) return internet === 'fold' ? { fold: 'internet', endpoint: INTERNET } : {};
    const { name, site } = network;
    const labels = site === undefined ? {} : { site };
    if (name === undefined) return labels;
    return { fold: 'network', endpoint: { address: '', service: name, kind: 'network', ...labels } };
  }

  function rangeOf(address: string): Range {
    let range = cache.get(address);
    if (!range) {
      if (cache.size >= MAX_CACHED) cache.clear();
      range = findRange(address);
      cache.set(address, range);
    }
    return range;
  }

  /** Only servers have a queried name; and the reverse name of a public address is its provider's choice. */
  function nameOf(address: string, { flow }: HalfEdge, { fold }: Range): string | undefined {
    if (fold === 'network') return undefined;
    const queried = flow.direction === 'outbound' ? queriedName(address, flow.originalAddress) : undefined;
    return queried ?? (fold ? undefined : dns?.reverseName(address));
  }

  /** The program has queried the name of the original address; the translated one may have a name of its own. */
  function queriedName(address: string, originalAddress: string | undefined): string | undefined {
    return (
      dns?.queriedName(address) ??
      (originalAddress === undefined ? undefined : dns?.queriedName(originalAddress))
    );
  }

  return (halfEdges, localAddresses, note) =>
    halfEdges.map((half) => {
      const remote = remoteEndpoint(half);
      if (!isBareAddress(remote, half) || localAddresses.has(remote.address)) return half;
      const range = rangeOf(remote.address);
      const service = nameOf(remote.address, half, range);
      if (range.fold) {
        note(service === undefined ? range.fold : 'dns', half.flow);
        return withRemoteEndpoint(
          half,
          service === undefined ? range.endpoint : { address: '', service, kind: 'dns' },
        );
      }
      if (service !== undefined)
        return withRemoteEndpoint(half, { ...remote, ...range, service, kind: 'dns' });
      return range.site === undefined ? half : withRemoteEndpoint(half, { ...remote, ...range });
    });
}

function isBareAddress({ kind, host, service, address }: Endpoint, { flow }: HalfEdge): boolean {
  if (kind !== 'unknown' || host !== undefined || service !== undefined) return false;
  return address !== '' && flow.transport !== 'unix';
}
