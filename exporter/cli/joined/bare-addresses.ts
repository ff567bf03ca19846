import { isIP } from 'node:net';
import { edgeKey, type Service, type ServiceEdge, serviceKey } from './edge.ts';
import type { EdgeReader } from './read.ts';

/** Seconds before a range in which names of addresses are searched, too: the host of one may be silent for all of the range. */
const DAY = 86_400;

/** What is known of an edge with an endpoint that is named by its address only. */
type Explanation =
  /** The edge of the one service that had the address, on the same port and with the same other endpoint. */
  | { readonly kind: 'service'; readonly edge: ServiceEdge }
  /** It is an address of this host; which of its processes is not known. */
  | { readonly kind: 'host'; readonly host: string };

/** Explains edges; undefined for an edge of services, and for an address that no known host has. */
export type Explain = (edge: ServiceEdge) => Explanation | undefined;

const isBare = ({ name }: Service): boolean => isIP(name) > 0;

/**
 * Reads what the addresses among the endpoints were called at other times. While the exporter of a host is silent, or has
 * not reported yet, edges of its services are recorded under the address.
 */
export async function readExplanations(reader: EdgeReader, edges: Iterable<ServiceEdge>): Promise<Explain> {
  const bare = [...edges].filter(({ src, dst }) => isBare(src) || isBare(dst));
  const { from, to } = reader.range;
  const past = reader.within({ from: from - DAY, to });
  const named = async (end: 'src' | 'dst') => {
    const [first, ...others] = new Set(
      bare
        .map((edge) => edge[end])
        .filter(isBare)
        .map(({ name }) => name),
    );
    if (first === undefined) return [];
    const found = await past.processes({ [`${end}_address`]: [first, ...others] });
    return [...found.values()].flatMap(({ edge, pairs = [] }) => pairs.map((pair) => ({ edge, pair })));
  };
  const [sources, destinations] = await Promise.all([named('src'), named('dst')]);
  const rows = [...sources, ...destinations];
  const hosts = new Map<string, Set<string>>();
  for (const { pair } of rows)
    for (const { address, host } of [pair.src, pair.dst])
      if (address !== undefined && host !== undefined)
        hosts.set(address, (hosts.get(address) ?? new Set()).add(host));

  /** The services that were at the address of an endpoint, with the same other endpoint if it is a source. */
  function servicesAt(end: 'src' | 'dst', edge: ServiceEdge): Service[] {
    const services = rows
      .filter(
        ({ edge: other, pair }) =>
          pair[end].address === edge[end].name &&
          !isBare(other[end]) &&
          other.port === edge.port &&
          other.transport === edge.transport &&
          (end === 'dst' || serviceKey(other.dst) === serviceKey(edge.dst)),
      )
      .map(({ edge: other }) => other[end]);
    return [...new Map(services.map((service) => [serviceKey(service), service])).values()];
  }

  return (edge) => {
    if (!isBare(edge.src) && !isBare(edge.dst)) return undefined;
    const [dst, ...otherDestinations] = isBare(edge.dst) ? servicesAt('dst', edge) : [edge.dst];
    const reached = { ...edge, dst: dst ?? edge.dst };
    const [src, ...otherSources] = isBare(edge.src) ? servicesAt('src', reached) : [edge.src];
    if (src && dst && otherSources.length + otherDestinations.length === 0)
      return { kind: 'service', edge: { ...edge, src, dst } };
    const [host, ...otherHosts] = [edge.src, edge.dst].flatMap(({ name }) => [...(hosts.get(name) ?? [])]);
    return host !== undefined && otherHosts.length === 0 ? { kind: 'host', host } : undefined;
  };
}

/** An edge with an address of a host, of whose services any may be meant. */
export interface UnnamedEdge {
  readonly edge: ServiceEdge;
  readonly host: string;
}

/** Separates such edges from all others. */
export function separateUnnamed<T extends { readonly edge: ServiceEdge }>(
  edges: Iterable<T>,
  explain: Explain,
): { named: T[]; unnamed: UnnamedEdge[] } {
  const named: T[] = [];
  const unnamed: UnnamedEdge[] = [];
  for (const each of edges) {
    const explanation = explain(each.edge);
    if (explanation?.kind === 'host') unnamed.push({ edge: each.edge, host: explanation.host });
    else named.push(each);
  }
  return { named, unnamed };
}

/** Edges under the names that explain them, by `edgeKey`; `merge` combines two that turn out to be one edge. */
export function foldExplained<T extends { readonly edge: ServiceEdge }>(
  edges: Iterable<T>,
  explain: Explain,
  merge: (one: T, other: T) => T,
): Map<string, T> {
  const folded = new Map<string, T>();
  for (const each of edges) {
    const explanation = explain(each.edge);
    const known = explanation?.kind === 'service' ? { ...each, edge: explanation.edge } : each;
    const key = edgeKey(known.edge);
    const other = folded.get(key);
    folded.set(key, other ? merge(other, known) : known);
  }
  return folded;
}
