import { RECORDED } from '@musubi/contract/recorded-series';
import { SERVICE_EDGE } from './edges.ts';
import { promql } from './promql.ts';
import { EXAMPLE } from './watch.ts';

/** An alert. Its value is above zero where it fires. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** For how long it must be so. */
  readonly for?: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** Templates of Prometheus, of the kind that Grafana reads as well: `$labels`, `$value` and functions. */
  readonly summary: string;
  readonly description: string;
  /** The unix time of the graph to look at, as a template; without it the time at which it fires. */
  readonly at?: string;
  /** What the graph is to show, as variables of its dashboard with values that are templates; without it all. */
  readonly around?: string;
}

const ENDS = ['src_process', 'src_host', 'dst_process', 'dst_host'] as const;

/** Names of ends, as templates. */
const PORT = '{{ with $labels.dst_port }}:{{ . }}{{ end }}';
const EDGE = `{{ $labels.src_service }} → {{ $labels.dst_service }}${PORT}/{{ $labels.network_transport }}`;
const side = (end: string) =>
  `{{ with $labels.${end}_process }}{{ . }}{{ else }}an unknown process{{ end }}{{ with $labels.${end}_host }} on {{ . }}{{ end }}{{ with $labels.${end}_site }} at {{ . }}{{ end }}`;
const BOTH = `${side('src')} → ${side('dst')}`;

/** One text for an edge of which some end was seen by its exporter, else the other. */
const ifSeen = (seen: string, other: string) =>
  `{{ if $labels.src_host }}${seen}{{ else }}{{ if $labels.dst_host }}${seen}{{ else }}${other}{{ end }}{{ end }}`;

/** Both ends of the edge, with their neighbours. */
const AROUND_ENDS = ['src', 'dst']
  .map((end) => `&var-service={{ $labels.${end}_service | urlquery }}`)
  .join('');

/** The edges with the process and host at each end; those of which none is known as they are. */
const withEnds = (edges: string) => promql`
  ${edges}
  * on (${SERVICE_EDGE}) group_left (${ENDS}) (${EXAMPLE} > bool 0)
  or on (${SERVICE_EDGE})
  ${edges}`;

export const DEPENDENCY_ALERTS: readonly Alert[] = [
  {
    alert: 'DependencyVanished',
    expr: withEnds(RECORDED.vanishedEdgeLastSeen),
    severity: 'critical',
    summary: `Vanished: ${EDGE}`,
    description: ifSeen(
      `Last seen {{ humanizeTimestamp $value }}, ${BOTH}. It has been away for longer than its max_gap.`,
      'Expected since {{ humanizeTimestamp $value }}, for longer than its max_gap, and not seen yet.',
    ),
    at: '$value',
    around: AROUND_ENDS,
  },
  {
    alert: 'DependencyUnexpected',
    expr: withEnds(RECORDED.unexpectedEdgeLastSeen),
    // Past the restart of an exporter, without which an end may go by its address.
    for: '2m',
    severity: 'warning',
    summary: `Unexpected: ${EDGE}`,
    description: `Seen {{ humanizeTimestamp $value }}, ${BOTH}. It is neither expected nor allowed.`,
    at: '$value',
    around: AROUND_ENDS,
  },
  {
    alert: 'DependencyFailing',
    expr: withEnds(RECORDED.failingEdgeConnectionsFailed),
    severity: 'warning',
    summary: `Failing: ${EDGE}`,
    description: `{{ printf "%.0f" $value }} connections failed within 5 minutes, more than a tenth of all, ${BOTH}.`,
    around: AROUND_ENDS,
  },
];

/** Of what one exporter counts; a counter begins at zero. */
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
    // Prometheus that was restarted has yet to scrape.
    for: '1m',
    severity: 'critical',
    summary: 'No exporter reports from {{ $labels.host }}',
    description:
      'Nothing is known of the dependencies of {{ $labels.host }} meanwhile, and none of them is told to have vanished.',
    // One that was never heard of is called by its instance, which is no host of the graph.
    around: '{{ if not $labels.instance }}&var-host={{ $labels.host | urlquery }}{{ end }}',
  },
  {
    alert: 'MusubiCollectionFailing',
    expr: promql`increase(musubi_collection_cycles_failed_total[5m]) > 0.1 * increase(musubi_collection_cycles_total[5m])`,
    for: '5m',
    severity: 'warning',
    summary: `The exporter on ${ON_INSTANCE} cannot look at the sockets`,
    description:
      'More than a tenth of its passes fail. Its log tells why; what it exports is as old as the last pass.',
  },
  {
    alert: 'MusubiCaptureRestarted',
    expr: promql`
      (increase(musubi_capture_restarts_total[15m]) > 0)
      * on (job, instance) group_left (capture)
      topk by (job, instance) (1, musubi_capture_info)`,
    severity: 'warning',
    summary: `The capture on ${ON_INSTANCE} died, and is {{ $labels.capture }} now`,
    description:
      'It was started anew or left for the next one; what happened meanwhile was not seen. See docs/capture.md for what each sees.',
  },
  {
    alert: 'MusubiCaptureTableFull',
    expr: promql`
      (musubi_capture_table_entries / musubi_capture_table_entries_limit > 0.9)
      or
      (increase(musubi_capture_connections_folded_total[15m]) > 0)`,
    severity: 'warning',
    summary: `The table of the capture on ${ON_INSTANCE} is full, or nearly so`,
    description: 'Further dependencies are counted in one, the service other.',
  },
  {
    alert: 'MusubiEdgeLimitReached',
    expr: promql`increase(musubi_connections_folded_total{reason="edge_limit"}[15m]) > 0`,
    for: '15m',
    severity: 'info',
    summary: `A service on ${ON_INSTANCE} has more dependencies than are told apart`,
    description: 'What is past --max-edges-per-service is counted in one, the service other.',
  },
  {
    alert: 'MusubiCaptureEventsMissed',
    expr: promql`increase(musubi_capture_events_missed_total[15m]) > 0`,
    // A few are missed on any busy host.
    for: '15m',
    severity: 'info',
    summary: `The capture on ${ON_INSTANCE} keeps missing events of the kernel`,
    description: '{{ printf "%.0f" $value }} within 15 minutes: connections that were short may be missing.',
  },
  {
    alert: 'MusubiOtlpBatchesDropped',
    expr: promql`increase(musubi_otlp_batches_dropped_total[15m]) > 0`,
    severity: 'warning',
    summary: `The exporter on ${ON_INSTANCE} gave up what it could not push`,
    description:
      '{{ printf "%.0f" $value }} batches within 15 minutes were refused, or were too many to keep.',
  },
];
