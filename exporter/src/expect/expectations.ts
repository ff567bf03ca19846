/** A dependency between services, as the series `musubi:service_edge:*` name it. */
export interface ServiceEdge {
  readonly source: string;
  readonly destination: string;
  /** None of a Unix socket. */
  readonly port?: number;
  readonly transport: Transport;
  readonly sourceSite?: string;
  readonly destinationSite?: string;
}

export const TRANSPORTS = ['tcp', 'udp', 'unix'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** A dependency that should be there. */
export interface ExpectedEdge extends ServiceEdge {
  /** Seconds for which it may be unused; `Infinity` where its absence is nothing to be told. */
  readonly maxGap: number;
}

/** Dependencies that may be there: three regular expressions that match the whole. */
export interface AllowedEdges {
  readonly source: string;
  readonly destination: string;
  readonly port: string;
}

/** What the file of `musubi expect` says. */
export interface Expectations {
  readonly expected: readonly ExpectedEdge[];
  readonly allowed: readonly AllowedEdges[];
}

type Labels = Readonly<Record<string, string>>;

/** The labels of a service edge, in the order of its name: what is not known is left out. */
export function labelsOf(edge: ServiceEdge): Labels {
  return {
    src_service: edge.source,
    ...(edge.sourceSite !== undefined && { src_site: edge.sourceSite }),
    dst_service: edge.destination,
    ...(edge.destinationSite !== undefined && { dst_site: edge.destinationSite }),
    ...(edge.port !== undefined && { dst_port: `${edge.port}` }),
    network_transport: edge.transport,
  };
}

/** The service edge of these labels; undefined for labels of something else. */
export function edgeOf(labels: Labels): ServiceEdge | undefined {
  const { src_service, dst_service, src_site, dst_site, dst_port, network_transport } = labels;
  const transport = TRANSPORTS.find((known) => known === network_transport);
  if (!src_service || !dst_service || !transport) return undefined;
  return {
    source: src_service,
    ...(src_site && { sourceSite: src_site }),
    destination: dst_service,
    ...(dst_site && { destinationSite: dst_site }),
    ...(dst_port && { port: Number(dst_port) }),
    transport,
  };
}

/** The same text for the same dependency, and for no other. */
export function edgeKey(edge: ServiceEdge): string {
  return JSON.stringify(labelsOf(edge));
}

/** Orders by source, destination, port, transport and sites: the same everywhere, whatever the locale. */
export function compareEdges(one: ServiceEdge, other: ServiceEdge): number {
  const parts = (edge: ServiceEdge) => [
    edge.source,
    edge.destination,
    edge.port ?? 0,
    edge.transport,
    edge.sourceSite ?? '',
    edge.destinationSite ?? '',
  ];
  const theirs = parts(other);
  for (const [at, mine] of parts(one).entries()) {
    const their = theirs[at] ?? '';
    if (mine !== their) return mine < their ? -1 : 1;
  }
  return 0;
}

/** Whether some entry of the list allows it. */
export function isAllowed(edge: ServiceEdge, allowed: readonly AllowedEdges[]): boolean {
  const matches = (pattern: string, text: string) => wholePattern(pattern).test(text);
  return allowed.some(
    ({ source, destination, port }) =>
      matches(source, edge.source) &&
      matches(destination, edge.destination) &&
      matches(port, `${edge.port ?? ''}`),
  );
}

/** Matches as Prometheus does: all of the text. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'su');
}

/** A dependency in a line: `web → api:8080/tcp`. */
export function edgeText(edge: ServiceEdge): string {
  const at = (site: string | undefined) => (site === undefined ? '' : `@${site}`);
  const port = edge.port === undefined ? '' : `:${edge.port}`;
  return `${edge.source}${at(edge.sourceSite)} → ${edge.destination}${at(edge.destinationSite)}${port}/${edge.transport}`;
}
