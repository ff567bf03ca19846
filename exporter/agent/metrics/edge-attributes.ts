import type { EdgeAttribute } from '@musubi/contract/catalogue';
import type { Port } from '@musubi/contract/port';
import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';

export type AttributeValue = string | number;
export type Attributes = Readonly<Record<string, AttributeValue>>;
/** Instead of a pid: many processes. No user process has this pid. */
export const MANY_PIDS = 0;

type EdgeAttributes = Partial<Record<EdgeAttribute, AttributeValue>>;

/** The attributes of a half-edge, as the catalogue names them. Unknown ones are left out. */
export function edgeAttributes({ flow, src, dst }: Pick<HalfEdge, 'flow' | 'src' | 'dst'>): Attributes {
  return {
    direction: flow.direction,
    'network.transport': flow.transport,
    ...endpointAttributes('src', src),
    ...endpointAttributes('dst', dst),
    ...portAttribute(flow.portClass ?? flow.port),
  } satisfies EdgeAttributes;
}

/** The attributes of a listening socket. */
export function listenAttributes({ transport, port, dst }: ServiceListener): Attributes {
  return {
    'network.transport': transport,
    ...endpointAttributes('dst', dst),
    ...portAttribute(port),
  } satisfies EdgeAttributes;
}

/** Unix sockets and folded edges have no port. */
function portAttribute(port: Port): EdgeAttributes {
  return port !== 0 ? { 'dst.port': port } : {};
}

function endpointAttributes(side: 'src' | 'dst', endpoint: Endpoint): EdgeAttributes {
  const attributes: EdgeAttributes = {};
  for (const field of ['service', 'process', 'pid', 'host', 'address', 'site', 'kind'] as const) {
    const value = field === 'pid' && endpoint.pid === MANY_PIDS ? 'many' : endpoint[field];
    if (value !== undefined && value !== '') attributes[`${side}.${field}`] = value;
  }
  return attributes;
}

/**
 * The same text for half-edges with the same attributes, and for no others: only one field, the name of a Unix socket,
 * can contain the separator. It is made for every half-edge in every cycle, so it does not build the attributes.
 */
export function edgeKey({ flow, src, dst }: HalfEdge): string {
  return `${flow.direction}\0${flow.transport}\0${flow.portClass ?? flow.port}\0${endpointKey(src)}\0${endpointKey(dst)}`;
}

function endpointKey({
  kind,
  host = '',
  site = '',
  service = '',
  process = '',
  pid,
  address,
}: Endpoint): string {
  return `${kind}\0${host}\0${site}\0${service}\0${process}\0${pid ?? ''}\0${address}`;
}

/** The same text for the same attributes, whatever their order. */
export function attributesKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
