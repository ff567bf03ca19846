import type { Labels } from '../prometheus/result.ts';

/** A service at a site: what depends and what is depended on. One that nobody named is called by its address. */
export interface Service {
  readonly name: string;
  readonly site?: string;
}

/** A dependency between services: the source asks, on a port and a transport. */
export interface ServiceEdge {
  readonly src: Service;
  readonly dst: Service;
  readonly transport: string;
  /** Absent for a Unix socket, and where many ports were told as one. */
  readonly port?: number;
}

/** What is known of one end of a connection below its service. */
export interface ProcessEnd {
  readonly process?: string;
  /** `many` where there were too many to tell. */
  readonly pid?: string;
  readonly host?: string;
  readonly address?: string;
  readonly kind?: string;
}

/** One process that depended on another. */
export interface ProcessPair {
  readonly src: ProcessEnd;
  readonly dst: ProcessEnd;
  /** Who reported it: `both`, or one of `source` and `destination`. */
  readonly observer: string;
  /** Unix seconds. */
  readonly lastSeen: number;
}

type End = 'src' | 'dst';

/** Reads the labels of `musubi:service_edge:*`, or of the finer `musubi:edge:*`. */
export function serviceEdgeOf(labels: Labels): ServiceEdge {
  const { network_transport: transport = '', dst_port: port } = labels;
  return {
    src: serviceOf(labels, 'src'),
    dst: serviceOf(labels, 'dst'),
    transport,
    ...(port && { port: Number(port) }),
  };
}

function serviceOf(labels: Labels, end: End): Service {
  const name = labels[`${end}_service`] || labels[`${end}_address`] || labels[`${end}_host`] || '';
  const site = labels[`${end}_site`];
  return { name, ...(site && { site }) };
}

/** Reads the labels of `musubi:edge:*`. */
export function processPairOf(labels: Labels, lastSeen: number): ProcessPair {
  const { observer = '' } = labels;
  return { src: processEndOf(labels, 'src'), dst: processEndOf(labels, 'dst'), observer, lastSeen };
}

function processEndOf(labels: Labels, end: End): ProcessEnd {
  const names = ['process', 'pid', 'host', 'address', 'kind'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = labels[`${end}_${name}`];
      return value ? [[name, value]] : [];
    }),
  );
}

/** Equal for equal services, and for no others. */
export function serviceKey({ name, site = '' }: Service): string {
  return JSON.stringify([name, site]);
}

/** Equal for equal edges, and for no others. */
export function edgeKey({ src, dst, transport, port = 0 }: ServiceEdge): string {
  return JSON.stringify([src.name, src.site, dst.name, dst.site, transport, port]);
}
