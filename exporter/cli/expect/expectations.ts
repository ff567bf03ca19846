import { comparePorts } from '@musubi/contract/port';
import type { ServiceEdge } from '../joined/edge.ts';
import { portText, serviceText } from '../look/edge-text.ts';

/** An expected dependency. */
export interface ExpectedEdge extends ServiceEdge {
  /** Seconds for which it may be unused; `Infinity` if its absence is never reported. */
  readonly maxGap: number;
}

/** Allowed dependencies: three anchored regular expressions. */
export interface AllowedEdges {
  readonly source: string;
  readonly destination: string;
  readonly port: string;
}

/** The content of the file of `musubi expect`. */
export interface Expectations {
  readonly expected: readonly ExpectedEdge[];
  readonly allowed: readonly AllowedEdges[];
}

type Labels = Readonly<Record<string, string>>;

/** The labels of a service edge, as in `musubi:service_edge:*`; unknown ones are omitted. */
export function labelsOf({ src, dst, transport, port }: ServiceEdge): Labels {
  return {
    src_service: src.name,
    ...(src.site !== undefined && { src_site: src.site }),
    dst_service: dst.name,
    ...(dst.site !== undefined && { dst_site: dst.site }),
    ...(port !== undefined && { dst_port: `${port}` }),
    network_transport: transport,
  };
}

/** Orders by source, destination, port, transport and sites, independent of the locale. */
export function compareEdges(one: ServiceEdge, other: ServiceEdge): number {
  const byPort = comparePorts(one.port, other.port);
  const parts = ({ src, dst, transport }: ServiceEdge, port: number) => [
    src.name,
    dst.name,
    port,
    transport,
    src.site ?? '',
    dst.site ?? '',
  ];
  const theirs = parts(other, 0);
  for (const [at, mine] of parts(one, byPort).entries()) {
    const their = theirs[at] ?? '';
    if (mine !== their) return mine < their ? -1 : 1;
  }
  return 0;
}

/** Whether an entry of the list allows it. */
export function isAllowed(edge: ServiceEdge, allowed: readonly AllowedEdges[]): boolean {
  const matches = (pattern: string, text: string) => wholePattern(pattern).test(text);
  return allowed.some(
    ({ source, destination, port }) =>
      matches(source, edge.src.name) &&
      matches(destination, edge.dst.name) &&
      matches(port, `${edge.port ?? ''}`),
  );
}

/** Anchored, as in Prometheus. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'su');
}

/** A dependency as one line: `web ─▶ api (fra) 8080/tcp`. */
export function edgeText(edge: ServiceEdge): string {
  return `${serviceText(edge.src)} ─▶ ${serviceText(edge.dst)} ${portText(edge)}`;
}
