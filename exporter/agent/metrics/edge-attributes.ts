import type { EdgeAttribute } from '@musubi/contract/catalogue';
import type { Endpoint, HalfEdge, ServiceListener } from '../half-edge.ts';

export type AttributeValue = string | number;
export type Attributes = Readonly<Record<string, AttributeValue>>;
/** In the place of a pid: those of many processes. No process outside the kernel has it. */
export const MANY_PIDS = 0;

type EdgeAttributes = Partial<Record<EdgeAttribute, AttributeValue>>;

/** The attributes of a half-edge in the catalogue's words; what is not known is left out. */
export function edgeAttributes({ flow, src, dst }: Pick<HalfEdge, 'flow' | 'src' | 'dst'>): Attributes {
  return {
    direction: flow.direction,
    'network.transport': flow.transport,
    ...endAttributes('src', src),
    ...endAttributes('dst', dst),
    ...portAttribute(flow.port),
  } satisfies EdgeAttributes;
}

/** The attributes of a listening socket. */
export function listenAttributes({ transport, port, dst }: ServiceListener): Attributes {
  return {
    'network.transport': transport,
    ...endAttributes('dst', dst),
    ...portAttribute(port),
  } satisfies EdgeAttributes;
}

/** A Unix socket has no port, nor have many dependencies in one. */
function portAttribute(port: number): EdgeAttributes {
  return port > 0 ? { 'dst.port': port } : {};
}

function endAttributes(side: 'src' | 'dst', end: Endpoint): EdgeAttributes {
  const attributes: EdgeAttributes = {};
  for (const field of ['service', 'process', 'pid', 'host', 'address', 'site', 'kind'] as const) {
    const value = field === 'pid' && end.pid === MANY_PIDS ? 'many' : end[field];
    if (value !== undefined && value !== '') attributes[`${side}.${field}`] = value;
  }
  return attributes;
}

/**
 * The same text for half-edges of the same attributes, and for no others: only one field, the name of a Unix
 * socket, can hold the mark between fields. Every pass asks for every half-edge, so it is not made of attributes.
 */
export function edgeKey({ flow, src, dst }: HalfEdge): string {
  return `${flow.direction}\0${flow.transport}\0${flow.port}\0${endKey(src)}\0${endKey(dst)}`;
}

function endKey({ kind, host = '', site = '', service = '', process = '', pid, address }: Endpoint): string {
  return `${kind}\0${host}\0${site}\0${service}\0${process}\0${pid ?? ''}\0${address}`;
}

/** The same text for the same attributes, whatever their order. */
export function attributesKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
