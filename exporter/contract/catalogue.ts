/**
 * Every metric that Musubi exports. The Prometheus text page, the OTLP export, the documentation, the
 * dashboards and the rules are generated from this table or checked against it.
 *
 * Names follow OpenTelemetry semantic conventions; how a name becomes a Prometheus name is in
 * `prometheus-name.ts`.
 */

export type MetricKind = 'counter' | 'updown' | 'gauge' | 'histogram';

/** One metric: its OpenTelemetry name, kind, UCUM unit and description. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM unit; a braced annotation such as `{connection}` has no Prometheus suffix. */
  readonly unit: string;
  readonly help: string;
  /** Attributes in addition to `EDGE_ATTRIBUTES` (edges) or to none (`musubi.*`). */
  readonly attributes: readonly string[];
  /** Whether values are integers; exported by OTLP as such. */
  readonly integer: boolean;
}

/** The attributes of an edge. An unknown one is absent, so that PromQL can fill it by a join. */
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

/** The attributes of a listener: the destination's part of an edge's attributes. */
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
    name: 'service.dependency.active_connections',
    kind: 'updown',
    unit: '{connection}',
    integer: true,
    help: 'Open connections of this dependency.',
  },
  opened: {
    name: 'service.dependency.connection.opened',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Connections established since service_dependency_start_time_seconds.',
  },
  failed: {
    name: 'service.dependency.connection.failed',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    attributes: ['error.type'],
    help: 'Connection attempts that were never established, by cause.',
  },
  setup: {
    name: 'service.dependency.connection.setup.duration',
    kind: 'histogram',
    unit: 's',
    help: 'Time from connect() to ESTABLISHED, measured at the source.',
  },
  io: {
    name: 'service.dependency.io',
    kind: 'counter',
    unit: 'By',
    integer: true,
    attributes: ['network.io.direction'],
    help: 'Payload bytes sent (transmit) and received (receive) by the observing socket.',
  },
  rtt: {
    name: 'service.dependency.tcp.rtt',
    unit: 's',
    help: 'Smoothed TCP round-trip time, averaged over the open connections.',
  },
  retransmits: {
    name: 'service.dependency.tcp.retransmits',
    kind: 'counter',
    unit: '{segment}',
    integer: true,
    help: 'TCP segments retransmitted by the observing host.',
  },
  lastSeen: {
    name: 'service.dependency.last_seen',
    unit: 's',
    help: 'Unix time at which the dependency was last in use.',
  },
  startTime: {
    name: 'service.dependency.start_time',
    unit: 's',
    help: 'Unix time at which the counters of this dependency started at zero; a new value marks a counter reset.',
  },
});

/** Metrics of listeners: each point carries `LISTEN_ATTRIBUTES`. */
export const LISTEN_METRICS = define({
  listen: {
    name: 'service.dependency.listen',
    integer: true,
    help: 'Always 1: the service listens on this address and port.',
  },
});

/** The exporter's own health. */
export const SELF_METRICS = define({
  buildInfo: {
    name: 'musubi.build.info',
    integer: true,
    attributes: ['version', 'exporter.service'],
    help: 'Always 1: the version of the exporter, and its own name in the graph if it is known.',
  },
  captureInfo: {
    name: 'musubi.capture.info',
    integer: true,
    attributes: ['capture'],
    help: 'Always 1: the capture in use.',
  },
  captureRestarts: {
    name: 'musubi.capture.restarts',
    kind: 'counter',
    unit: '{restart}',
    integer: true,
    help: 'Captures that failed and were restarted or replaced by another.',
  },
  configReloaded: {
    name: 'musubi.config.last_reload.successful',
    integer: true,
    help: 'Whether the last reload of the configuration succeeded (1) or was refused (0).',
  },
  configReloadTime: {
    name: 'musubi.config.last_reload.success.timestamp',
    unit: 's',
    help: 'Unix time of the last successful load of the configuration.',
  },
  logLinesLost: {
    name: 'musubi.log.lines.lost',
    kind: 'counter',
    unit: '{line}',
    integer: true,
    help: 'Log lines lost because they could not be written.',
  },
  hostTime: {
    name: 'musubi.host.time',
    unit: 's',
    help: 'Unix time by the clock of the host when it exported these metrics.',
  },
  stageDuration: {
    name: 'musubi.stage.duration',
    unit: 's',
    attributes: ['stage'],
    help: 'Duration of each pipeline stage in its last run.',
  },
  cycles: {
    name: 'musubi.collection.cycles',
    kind: 'counter',
    unit: '{cycle}',
    integer: true,
    help: 'Collection cycles since the exporter started, failed ones included.',
  },
  cyclesFailed: {
    name: 'musubi.collection.cycles.failed',
    kind: 'counter',
    unit: '{cycle}',
    integer: true,
    help: 'Collection cycles that failed; the previous result stays exported.',
  },
  sockets: {
    name: 'musubi.sockets',
    kind: 'updown',
    unit: '{socket}',
    integer: true,
    help: 'Sockets read in the last collection cycle.',
  },
  edges: {
    name: 'musubi.edges',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Half-edges currently exported.',
  },
  foldedEdges: {
    name: 'musubi.edges.folded',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    attributes: ['reason'],
    help: 'Half-edges folded into others in the last collection cycle, by reason.',
  },
  foldedConnections: {
    name: 'musubi.connections.folded',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    attributes: ['reason'],
    help: 'Established connections counted with a folded half-edge, by reason.',
  },
  namespaces: {
    name: 'musubi.network.namespaces',
    kind: 'updown',
    unit: '{namespace}',
    integer: true,
    attributes: ['state'],
    help: 'Network namespaces found in the last collection cycle: observed, or skipped because they could not be entered.',
  },
  unattributed: {
    name: 'musubi.sockets.unattributed',
    kind: 'updown',
    unit: '{socket}',
    integer: true,
    help: 'Connected sockets in the last collection cycle whose process could not be found.',
  },
  failuresUnattributed: {
    name: 'musubi.connections.failed.unattributed',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Failed connection attempts of a port forwarder that belong to one of several clients, which is not known.',
  },
  natConnections: {
    name: 'musubi.nat.connections',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Address-translated connections with an endpoint on this host.',
  },
  natNamespaces: {
    name: 'musubi.nat.namespaces',
    kind: 'updown',
    unit: '{namespace}',
    integer: true,
    help: 'Network namespaces whose connection tracking is monitored.',
  },
  natOverruns: {
    name: 'musubi.nat.overruns',
    kind: 'counter',
    unit: '{overrun}',
    integer: true,
    help: "Overruns of the kernel's buffer of connection tracking events; the tracking table was read instead.",
  },
  natDropped: {
    name: 'musubi.nat.connections.dropped',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Translations beyond the tracking limit: connections that may be theirs are counted under the service `other`.',
  },
  natUnattributed: {
    name: 'musubi.nat.connections.unattributed',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    attributes: ['reason'],
    help: 'Connections counted under the service `other` because it is not known where they went: a trace or a translation was `lost`, or the addresses are `ambiguous`.',
  },
  otlpFailed: {
    name: 'musubi.otlp.batches.failed',
    kind: 'counter',
    unit: '{batch}',
    integer: true,
    help: 'Failed attempts to deliver an OTLP batch.',
  },
  otlpThinned: {
    name: 'musubi.otlp.batches.thinned',
    kind: 'counter',
    unit: '{batch}',
    integer: true,
    help: 'OTLP batches of intermediate exports removed from a full queue; later ones have their sums.',
  },
  otlpRejectedPoints: {
    name: 'musubi.otlp.points.rejected',
    kind: 'counter',
    unit: '{point}',
    integer: true,
    help: 'Data points that the OTLP endpoint rejected in batches that it accepted.',
  },
  otlpDropped: {
    name: 'musubi.otlp.batches.dropped',
    kind: 'counter',
    unit: '{batch}',
    integer: true,
    help: 'OTLP batches dropped: rejected by the endpoint, or the oldest of a full queue.',
  },
});

/** The edge table of the capture `ebpf`. */
export const TABLE_METRICS = define({
  used: {
    name: 'musubi.capture.table.entries',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Dependencies in the kernel-side table of the capture.',
  },
  size: {
    name: 'musubi.capture.table.entries.limit',
    kind: 'updown',
    unit: '{edge}',
    integer: true,
    help: 'Capacity of the kernel-side table of the capture.',
  },
  folded: {
    name: 'musubi.capture.connections.folded',
    kind: 'counter',
    unit: '{connection}',
    integer: true,
    help: 'Connections counted under the service `other` because the kernel-side table was full.',
  },
  missed: {
    name: 'musubi.capture.events.missed',
    kind: 'counter',
    unit: '{event}',
    integer: true,
    help: 'Kernel events that the capture missed; the next socket scan corrects their effect.',
  },
});

/** DNS responses that the exporter inspects. */
export const DNS_METRICS = define({
  servers: {
    name: 'musubi.dns.servers',
    kind: 'updown',
    unit: '{server}',
    integer: true,
    attributes: ['state'],
    help: 'Name servers in use in each network namespace: observed, skipped because there are too many, or denied because the namespace could not be entered.',
  },
  responses: {
    name: 'musubi.dns.responses',
    kind: 'counter',
    unit: '{response}',
    integer: true,
    help: 'DNS responses with addresses that were inspected.',
  },
  dropped: {
    name: 'musubi.dns.responses.dropped',
    kind: 'counter',
    unit: '{response}',
    integer: true,
    attributes: ['reason'],
    help: 'DNS responses dropped without being used: queue_full or malformed.',
  },
  addresses: {
    name: 'musubi.dns.addresses',
    kind: 'updown',
    unit: '{address}',
    integer: true,
    help: 'Addresses with a name known from DNS responses.',
  },
  evicted: {
    name: 'musubi.dns.addresses.evicted',
    kind: 'counter',
    unit: '{address}',
    integer: true,
    help: 'Addresses evicted from the full name table before they expired.',
  },
});

/** The cost of the exporter, with the names of Prometheus's client libraries. */
export const PROCESS_METRICS = define({
  cpu: {
    name: 'process.cpu',
    kind: 'counter',
    unit: 's',
    help: 'CPU time of the exporter, in user and kernel mode.',
  },
  resident: {
    name: 'process.resident_memory',
    kind: 'gauge',
    unit: 'By',
    integer: true,
    help: 'Resident memory of the exporter.',
  },
  virtual: {
    name: 'process.virtual_memory',
    kind: 'gauge',
    unit: 'By',
    integer: true,
    help: 'Virtual memory of the exporter.',
  },
  openFiles: {
    name: 'process.open_fds',
    integer: true,
    help: 'Open file descriptors of the exporter.',
  },
  maxFiles: {
    name: 'process.max_fds',
    integer: true,
    help: 'Maximum number of open file descriptors of the exporter.',
  },
  started: {
    name: 'process.start_time',
    unit: 's',
    help: 'Unix time at which the exporter was started.',
  },
});

/** All definitions, in the order of the documentation. */
export const CATALOGUE: readonly MetricDefinition[] = [
  ...Object.values(EDGE_METRICS),
  ...Object.values(LISTEN_METRICS),
  ...Object.values(SELF_METRICS),
  ...Object.values(TABLE_METRICS),
  ...Object.values(DNS_METRICS),
  ...Object.values(PROCESS_METRICS),
];
