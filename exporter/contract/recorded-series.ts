/**
 * The recorded series that others than the rules themselves read: the `musubi` command, the panel, dashboards, alerts
 * and users. Names are level:metric:operation, as Prometheus's convention for recording rules has it; stable from version
 * 0.2 on. Series of intermediate results are named in provisioning/prometheus/source.
 */
export const RECORDED = {
  /** Unix time of an edge's last use, by process. */
  edgeLastSeen: 'musubi:edge:last_seen_seconds',
  /**
   * Connections by edge, without pids. Each connection is counted once, in the series of the processes that it belongs to: a
   * coarser count (by service, host or site) is a sum of these.
   */
  edgeActiveConnections: 'musubi:edge:active_connections',
  edgeConnectionsOpened: 'musubi:edge:connections_opened:increase',
  /** Likewise, and by `error_type`. */
  edgeConnectionsFailed: 'musubi:edge:connections_failed:increase',
  /** The same by service edge, as are the following. */
  serviceEdgeLastSeen: 'musubi:service_edge:last_seen_seconds',
  activeConnections: 'musubi:service_edge:active_connections',
  /** Since the previous evaluation: the sum of the counts by edge. */
  connectionsOpened: 'musubi:service_edge:connections_opened:increase',
  /** Likewise, and by `error_type`. */
  connectionsFailed: 'musubi:service_edge:connections_failed:increase',
  /** The time of each evaluation, recorded after everything else. */
  evaluationTimestamp: 'musubi:edges:evaluation_timestamp_seconds',
  /** One sample for each hour of which the hourly forms are recorded. */
  hourlyTimestamp: 'musubi:hourly:evaluation_timestamp_seconds',

  /** Seconds for which an expected edge may be unused. */
  expectedEdgeMaxGap: 'musubi:expected_edge:max_gap_seconds',
  allowedEdgeLastSeen: 'musubi:allowed_edge:last_seen_seconds',
  /** Of edges that are neither expected nor allowed. */
  unlistedEdgeLastSeen: 'musubi:unlisted_edge:last_seen_seconds',
  vanishedEdgeLastSeen: 'musubi:vanished_edge:last_seen_seconds',
  unexpectedEdgeLastSeen: 'musubi:unexpected_edge:last_seen_seconds',
  failingEdgeConnectionsFailed: 'musubi:failing_edge:connections_failed:increase5m',

  /** Collection cycles that succeeded, by exporter and host. */
  exporterCycles: 'musubi:exporter:cycles',
  /** Seconds by which the clock of a host is fast. */
  exporterClockSkew: 'musubi:exporter:clock_skew_seconds',
  /** Unix time at which Prometheus last received something new. */
  exporterLastReport: 'musubi:exporter:last_report_seconds',
  hostLastReport: 'musubi:host:last_report_seconds',
} as const;

/**
 * The hourly form of a recorded series: the maximum of a time, the sum of an increase. Its name ends in the operation
 * with its range.
 */
export function hourlySeries(series: string): string {
  return series.endsWith(':increase') ? `${series}1h` : `${series}:max1h`;
}
