/**
 * Every metric Musubi exports, once. The Prometheus text page, the OTLP export, the documentation, the
 * dashboards and the rules are made from this table or checked against it.
 *
 * Names follow OpenTelemetry semantic conventions; how a name becomes a Prometheus name is in
 * `prometheus-name.ts`.
 */

export type MetricKind = 'counter' | 'updown' | 'gauge' | 'histogram';

/** One metric: its OpenTelemetry name, kind, UCUM unit and what it tells. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM unit; a braced annotation such as `{connection}` has no Prometheus suffix. */
  readonly unit: string;
  readonly help: string;
  /** Attributes beyond those of `EDGE_ATTRIBUTES` (edges) or none (`musubi.*`). */
  readonly attributes: readonly string[];
  /** Whether a value is a whole number: sent as an OTLP integer. */
  readonly integer: boolean;
}

/** The attributes of an edge. One that is not known is left out, so that PromQL can fill it by a join. */
export const EDGE_ATTRIBUTES = [
  'direction',
  'network.transport',
  'src.service',
  'src.process',
  'src.pid',
  'src.host',
  'src.address',
  'src.site',
  'src.kind',
  'dst.service',
  'dst.process',
  'dst.pid',
  'dst.host',
  'dst.address',
  'dst.port',
  'dst.site',
  'dst.kind',
] as const;

export type EdgeAttribute = (typeof EDGE_ATTRIBUTES)[number];

/** The attributes of a listening socket: the destination's half of an edge. */
export const LISTEN_ATTRIBUTES = EDGE_ATTRIBUTES.filter(
  (name) => name === 'network.transport' || name.startsWith('dst.'),
);

function define<const T extends Record<string, Partial<MetricDefinition> & { name: string; help: string }>>(
  metrics: T,
): { readonly [K in keyof T]: MetricDefinition } {
  return Object.fromEntries(
    Object.entries(metrics).map(([key, metric]) => [
      key,
      { kind: 'gauge', unit: '', attributes: [], integer: false, ...metric },
    ]),
  ) as { readonly [K in keyof T]: MetricDefinition };
}

/** Metrics of edges: each point carries `EDGE_ATTRIBUTES`. */
export const EDGE_METRICS = define({
  open: {
    name: 'service.dependency.connection.count',
    kind: 'updown',
    unit: '{connection}',
    integer: true,
    help: 'Connections of this dependency that are open now.',
  },
  opened: {
    name: 'service.dependency.connection.opened',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Connections of this dependency opened since it was first seen.',
  },
  failed: {
    name: 'service.dependency.connection.failed',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    attributes: ['error.type'],
    help: 'Connections of this dependency that were asked for and never established, by the reason.',
  },
  setup: {
    name: 'service.dependency.connection.setup.duration',
    kind: 'histogram',
    unit: 's',
    help: 'How long connections took from the question to being established, seen by the source.',
  },
  io: {
    name: 'service.dependency.io',
    kind: 'counter',
    unit: 'By',
    integer: true,
    attributes: ['network.io.direction'],
    help: 'Bytes of payload that the observing socket sent (transmit) and got (receive).',
  },
  rtt: {
    name: 'service.dependency.tcp.rtt',
    unit: 's',
    help: 'Smoothed round-trip time, the mean over open connections.',
  },
  retransmits: {
    name: 'service.dependency.tcp.retransmits',
    kind: 'counter',
    unit: '{segment}',
    integer: true,
    help: 'TCP segments that the observing side sent again.',
  },
  lastSeen: {
    name: 'service.dependency.last_seen',
    unit: 's',
    help: 'Unix time at which the dependency was last in use.',
  },
  startTime: {
    name: 'service.dependency.start_time',
    unit: 's',
    help: 'Unix time since which the sums of this dependency count: another one is another count from zero.',
  },
});

/** Metrics of listening sockets: each point carries `LISTEN_ATTRIBUTES`. */
export const LISTEN_METRICS = define({
  listen: {
    name: 'service.dependency.listen',
    integer: true,
    help: 'Always 1: this service listens on this address and port.',
  },
});

/** The exporter's own health. */
export const SELF_METRICS = define({
  captureInfo: {
    name: 'musubi.capture.info',
    integer: true,
    attributes: ['capture', 'musubi.version'],
    help: 'Always 1: the capture in use.',
  },
  captureRestarts: {
    name: 'musubi.capture.restarts',
    kind: 'counter',
    unit: '{restart}',
    integer: true,
    help: 'How often a capture died and was started anew, or left for the next one.',
  },
  stageDuration: {
    name: 'musubi.stage.duration',
    unit: 's',
    attributes: ['stage'],
    help: 'How long the last run of each pipeline stage took.',
  },
  passes: {
    name: 'musubi.passes',
    kind: 'counter',
    unit: '{pass}',
    integer: true,
    help: 'Passes of the pipeline since the exporter started.',
  },
  passesFailed: {
    name: 'musubi.passes.failed',
    kind: 'counter',
    unit: '{pass}',
    integer: true,
    help: 'Passes that failed; the previous result stays exported.',
  },
  sockets: {
    name: 'musubi.sockets',
    kind: 'updown',
    unit: '{socket}',
    integer: true,
    help: 'Sockets that the last pass read.',
  },
  edges: {
    name: 'musubi.edges',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Edges exported now.',
  },
  foldedEdges: {
    name: 'musubi.edges.folded',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    attributes: ['reason'],
    help: 'Half-edges of the last pass that are told as one with others, by the reason.',
  },
  foldedConnections: {
    name: 'musubi.connections.folded',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    attributes: ['reason'],
    help: 'Connections opened that are told as one with others, by the reason.',
  },
  namespaces: {
    name: 'musubi.network.namespaces',
    kind: 'updown',
    unit: '{namespace}',
    integer: true,
    attributes: ['state'],
    help: 'Network namespaces seen in the last pass: read, or skipped because they could not be entered.',
  },
  unnamed: {
    name: 'musubi.sockets.unnamed',
    kind: 'updown',
    unit: '{socket}',
    integer: true,
    help: 'Connected sockets of the last pass whose process could not be found.',
  },
  natConnections: {
    name: 'musubi.nat.connections',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Connections with an end on this host whose addresses are translated.',
  },
  natNamespaces: {
    name: 'musubi.nat.namespaces',
    kind: 'updown',
    unit: '{namespace}',
    integer: true,
    help: 'Network namespaces that track connections and are listened to.',
  },
  natOverruns: {
    name: 'musubi.nat.overruns',
    kind: 'counter',
    unit: '{overrun}',
    integer: true,
    help: 'How often more translated connections began than the kernel keeps for a pass; those still tracked were read instead.',
  },
  natDropped: {
    name: 'musubi.nat.connections.dropped',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Translated connections given up because there were too many: told by the address that was asked.',
  },
  pushFailed: {
    name: 'musubi.push.failed',
    kind: 'counter',
    unit: '{batch}',
    integer: true,
    help: 'OTLP batches that could not be delivered at the first try.',
  },
  pushDropped: {
    name: 'musubi.push.dropped',
    kind: 'counter',
    unit: '{batch}',
    integer: true,
    help: 'OTLP batches given up: refused by the endpoint, or the oldest when too many wait.',
  },
});

/** The table in which a capture in the kernel keeps its dependencies. */
export const TABLE_METRICS = define({
  used: {
    name: 'musubi.capture.table.used',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Dependencies in the table of the capture in the kernel.',
  },
  size: {
    name: 'musubi.capture.table.size',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Dependencies for which that table has room.',
  },
  folded: {
    name: 'musubi.capture.connections.folded',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Connections counted as to or from `other` because the table was full.',
  },
  missed: {
    name: 'musubi.capture.events.missed',
    kind: 'counter',
    unit: '{event}',
    integer: true,
    help: 'Kernel events that the capture did not get to see; later ones make up for them.',
  },
});

/** What the exporter learns from the answers of name servers, where it listens to them. */
export const DNS_METRICS = define({
  servers: {
    name: 'musubi.dns.servers',
    kind: 'updown',
    unit: '{server}',
    integer: true,
    attributes: ['state'],
    help: 'Name servers that programs ask, in each network namespace: heard, left_out because there are too many, or refused because it may not be entered.',
  },
  answers: {
    name: 'musubi.dns.answers',
    kind: 'counter',
    unit: '{answer}',
    integer: true,
    help: 'Answers with addresses that were heard from name servers.',
  },
  lost: {
    name: 'musubi.dns.answers.lost',
    kind: 'counter',
    unit: '{answer}',
    integer: true,
    attributes: ['reason'],
    help: 'Answers that taught nothing: no_room to hold them until the next pass, or malformed.',
  },
  addresses: {
    name: 'musubi.dns.addresses',
    kind: 'updown',
    unit: '{address}',
    integer: true,
    help: 'Addresses that are known by the name that was asked for.',
  },
  displaced: {
    name: 'musubi.dns.addresses.displaced',
    kind: 'counter',
    unit: '{address}',
    integer: true,
    help: 'Addresses that lost their name before its time, to make room for others.',
  },
});

/** All definitions, in the order of the documentation. */
export const CATALOGUE: readonly MetricDefinition[] = [
  ...Object.values(EDGE_METRICS),
  ...Object.values(LISTEN_METRICS),
  ...Object.values(SELF_METRICS),
  ...Object.values(TABLE_METRICS),
  ...Object.values(DNS_METRICS),
];
