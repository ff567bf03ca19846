import { RECORDED } from '@musubi/contract/recorded-series';
import { SERVICE_EDGE } from './labels.ts';
import { promql } from './promql.ts';
import { EXAMPLE, FAILING_EXAMPLE } from './watch.ts';

/** An alert. The value of its expression is above zero where it fires. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** Event and its subject. Prometheus templates that Grafana understands as well: `$labels`, `$value`, functions. */
  readonly summary: string;
  /** What to check first, as a template. */
  readonly description: string;
  /** Unix time of the linked graph, as a template; by default the time at which the alert fires. */
  readonly at?: string;
  /** Filter of the linked graph: dashboard variables with templates as values; by default none. */
  readonly around?: string;
}

const ENDPOINTS = ['src_process', 'src_host', 'dst_process', 'dst_host'] as const;

/** Names of endpoints, as templates. */
const PORT = `{{ with $labels.dst_port }}{{ printf ":%s" . | reReplaceAll ":([a-z]+)$" " ($1 ports)" }}{{ end }}`;
const EDGE = `{{ $labels.src_service }} → {{ $labels.dst_service }}${PORT}/{{ $labels.network_transport }}`;
const side = (end: string) =>
  `{{ with $labels.${end}_process }}{{ . }}{{ else }}an unknown process{{ end }}{{ with $labels.${end}_host }} on {{ . }}{{ end }}{{ with $labels.${end}_site }} at {{ . }}{{ end }}`;
const BOTH = `${side('src')} → ${side('dst')}`;

/** One text for an edge that an exporter has seen, and another for one that was never seen. */
const ifSeen = (seen: string, never: string) =>
  `{{ if $labels.src_host }}${seen}{{ else }}{{ if $labels.dst_host }}${seen}{{ else }}${never}{{ end }}{{ end }}`;

/** Both endpoints of the edge, with their neighbours. */
const AROUND_ENDPOINTS = ['src', 'dst']
  .map((end) => `&var-service={{ $labels.${end}_service | urlquery }}`)
  .join('');

/** The edges with process and host of each endpoint, where known: those of the first example of the edge. */
const withEndpoints = (edges: string, ...examples: string[]) =>
  [
    ...examples.map(
      (example) => promql`
        ${edges}
        * on (${SERVICE_EDGE}) group_left (${ENDPOINTS}) (${example} > bool 0)`,
    ),
    edges,
  ].join(`\nor on (${SERVICE_EDGE.join(', ')})\n`);

export const DEPENDENCY_ALERTS: readonly Alert[] = [
  {
    alert: 'DependencyVanished',
    expr: withEndpoints(RECORDED.vanishedEdgeLastSeen, EXAMPLE),
    severity: 'critical',
    summary: `Dependency vanished: ${EDGE}`,
    description: ifSeen(
      `Last seen {{ humanizeTimestamp $value }} (${BOTH}), longer ago than its max_gap. Check that the source is running and can reach the destination. If the dependency was removed on purpose, remove it from the expected ones.`,
      'Expected since {{ humanizeTimestamp $value }}, longer than its max_gap, but never seen. Check that the source is running, and the entry among the expected dependencies.',
    ),
    at: '$value',
    around: AROUND_ENDPOINTS,
  },
  {
    alert: 'DependencyUnexpected',
    expr: withEndpoints(RECORDED.unexpectedEdgeLastSeen, EXAMPLE),
    // Longer than a restart of an exporter, during which an endpoint may be identified by its address.
    for: '2m',
    severity: 'warning',
    summary: `Unexpected dependency: ${EDGE}`,
    description: `Seen {{ humanizeTimestamp $value }} (${BOTH}), but neither expected nor allowed. Check what the source process is. If the dependency is right, add it to the expected or allowed ones.`,
    at: '$value',
    around: AROUND_ENDPOINTS,
  },
  {
    alert: 'DependencyFailing',
    expr: withEndpoints(RECORDED.failingEdgeConnectionsFailed, FAILING_EXAMPLE, EXAMPLE),
    severity: 'warning',
    summary: `Dependency failing: ${EDGE}`,
    description: `{{ printf "%.0f" $value }} connection attempts failed within 5 minutes, more than a tenth of all (${BOTH}). Check that the destination is running and accepts connections. musubi look shows the reasons.`,
    around: AROUND_ENDPOINTS,
  },
];

/** The exporter whose own metrics raise the alert. */
const ON_INSTANCE = '{{ $labels.instance }}';

export const EXPORTER_ALERTS: readonly Alert[] = [
  {
    alert: 'MusubiExporterDown',
    expr: promql`
      (
        (time() - ${RECORDED.hostLastReport} > 180)
        unless on (host) ${RECORDED.exporterCycles}
      )
      or
      label_replace(
        (up == bool 0) > 0
        and on (job) ${RECORDED.exporterCycles}
        unless on (job, instance) ${RECORDED.exporterLastReport},
        "host", "$1", "instance", "(?s)(.*)"
      )`,
    // A restarted Prometheus has not scraped yet.
    for: '1m',
    severity: 'critical',
    summary: 'No exporter reports from {{ $labels.host }}',
    description:
      'The dependencies of {{ $labels.host }} are unknown meanwhile, and "vanished" alerts for it are suppressed. Check that the host is up and that its musubi agent is running.',
    // A target that never answered is identified by its instance, which is not a host of the graph.
    around: '{{ if not $labels.instance }}&var-host={{ $labels.host | urlquery }}{{ end }}',
  },
  {
    alert: 'MusubiHostNameNotUnique',
    expr: promql`
      (
        count by (host) (
          group by (host, host_boot_id) (label_join(target_info{host_boot_id!=""}, "host", "", "host_name"))
        ) > 1
      )
      or
      count by (host) (
        (label_join(target_info{host_name=~"(?i)localhost([.].*)?"}, "host", "", "host_name"))
        and on (job, instance) ${RECORDED.exporterCycles}
      )`,
    // After a reboot, the series of the exporter before it remains for a while if it pushes.
    for: '10m',
    severity: 'warning',
    summary: 'The host name {{ $labels.host }} does not identify one host',
    description:
      'Several hosts report under this name, or it is localhost: their dependencies are mixed up. Give each host its own name, or set --host-name. musubi doctor shows the name in use.',
    around: '&var-host={{ $labels.host | urlquery }}',
  },
  {
    alert: 'MusubiCollectionFailing',
    expr: promql`increase(musubi_collection_cycles_failed_total[5m]) > 0.1 * increase(musubi_collection_cycles_total[5m])`,
    for: '5m',
    severity: 'warning',
    summary: `Collection cycles fail on ${ON_INSTANCE}`,
    description:
      'More than a tenth of the collection cycles failed within 5 minutes; the result of the last successful one stays exported. Check the log of the exporter, and run musubi doctor on the host.',
  },
  {
    alert: 'MusubiCaptureRestarted',
    expr: promql`
      (increase(musubi_capture_restarts_total[15m]) > 0)
      * on (job, instance) group_left (capture)
      topk by (job, instance) (1, musubi_capture_info)`,
    severity: 'warning',
    summary: `The capture on ${ON_INSTANCE} failed; now in use: {{ $labels.capture }}`,
    description:
      'It was restarted, or replaced by another capture; connections in between may be missing. Check the log of the exporter for the reason. docs/capture.md lists what each capture sees.',
  },
  {
    alert: 'MusubiCaptureTableFull',
    expr: promql`
      (musubi_capture_table_entries / musubi_capture_table_entries_limit > 0.9)
      or
      (increase(musubi_capture_connections_folded_total[15m]) > 0)`,
    severity: 'warning',
    summary: `The capture table on ${ON_INSTANCE} is full or nearly full`,
    description:
      'Further dependencies are folded into the service other. Check which service has so many dependencies.',
  },
  {
    alert: 'MusubiEdgeLimitReached',
    expr: promql`increase(musubi_connections_folded_total{reason="edge_limit"}[15m]) > 0`,
    for: '15m',
    severity: 'info',
    summary: `A service on ${ON_INSTANCE} exceeds the limit of dependencies`,
    description:
      'Dependencies beyond --max-edges-per-service are folded into the service other. Check which service it is, and raise the limit or name the address range of its peers under networks.',
  },
  {
    alert: 'MusubiCaptureEventsMissed',
    expr: promql`increase(musubi_capture_events_missed_total[15m]) > 0`,
    // A busy host misses a few now and then.
    for: '15m',
    severity: 'info',
    summary: `The capture on ${ON_INSTANCE} misses kernel events`,
    description:
      '{{ printf "%.0f" $value }} events missed within 15 minutes: short connections may be missing. Check whether the host is overloaded or runs another tracer.',
  },
  {
    alert: 'MusubiClockSkew',
    expr: promql`(${RECORDED.exporterClockSkew} > 30) or (${RECORDED.exporterClockSkew} < -30)`,
    for: '5m',
    severity: 'warning',
    summary: `The clock of ${ON_INSTANCE} is wrong`,
    description:
      'It differs by {{ printf "%.0f" $value }} seconds from that of Prometheus. The times of its dependencies are corrected, but metrics that it pushes are rejected if they seem too old or too new. Check the time synchronization of the host, and that of Prometheus if several hosts differ.',
  },
  {
    alert: 'MusubiOtlpBatchesDropped',
    expr: promql`increase(musubi_otlp_batches_dropped_total[15m]) > 0`,
    severity: 'warning',
    summary: `The exporter on ${ON_INSTANCE} dropped OTLP batches`,
    description:
      '{{ printf "%.0f" $value }} batches within 15 minutes were rejected, or did not fit into the queue: their metrics are lost. Check the log of the collector.',
  },
];
