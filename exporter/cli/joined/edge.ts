import { type EndpointSide, endpointName } from '@musubi/contract/endpoint-name';
import { type Port, parsePort } from '@musubi/contract/port';
import type { Labels } from '../prometheus/result.ts';

/** A service at a site. An unnamed one is identified by its address. */
export interface Service {
  readonly name: string;
  readonly site?: string;
}

/** A dependency between services, by port and transport. The source depends on the destination. */
export interface ServiceEdge {
  readonly src: Service;
  readonly dst: Service;
  readonly transport: string;
  /** Absent for Unix sockets and folded ports. */
  readonly port?: Port;
}

/** The details of an endpoint below its service. */
export interface ProcessEndpoint {
  readonly process?: string;
  /** `many` if folded. */
  readonly pid?: string;
  readonly host?: string;
  readonly address?: string;
  readonly kind?: string;
}

/** A process that depends on another. */
export interface ProcessPair {
  readonly src: ProcessEndpoint;
  readonly dst: ProcessEndpoint;
  /** The reporting endpoint: `both`, `source` or `destination`. */
  readonly observer: string;
  /** Unix seconds. */
  readonly lastSeen: number;
}

/** Reads the labels of `musubi:service_edge:*`, or of the finer `musubi:edge:*`. */
export function serviceEdgeOf(labels: Labels): ServiceEdge {
  const { network_transport: transport = '' } = labels;
  const port = parsePort(labels.dst_port);
  return {
    src: serviceOf(labels, 'src'),
    dst: serviceOf(labels, 'dst'),
    transport,
    ...(port !== undefined && { port }),
  };
}

function serviceOf(labels: Labels, end: EndpointSide): Service {
  const name = endpointName((label) => labels[label], end);
  const site = labels[`${end}_site`];
  return { name, ...(site && { site }) };
}

/** Reads the labels of `musubi:edge:*`. */
export function processPairOf(labels: Labels, lastSeen: number): ProcessPair {
  const { observer = '' } = labels;
  return { src: processEndpointOf(labels, 'src'), dst: processEndpointOf(labels, 'dst'), observer, lastSeen };
}

function processEndpointOf(labels: Labels, end: EndpointSide): ProcessEndpoint {
  const names = ['process', 'pid', 'host', 'address', 'kind'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = labels[`${end}_${name}`];
      return value ? [[name, value]] : [];
    }),
  );
}

/** Equal for equal services only. */
export function serviceKey({ name, site = '' }: Service): string {
  return JSON.stringify([name, site]);
}

/** Equal for equal edges only. */
export function edgeKey({ src, dst, transport, port = 0 }: ServiceEdge): string {
  return JSON.stringify([src.name, src.site, dst.name, dst.site, transport, port]);
}
