import { beforeAll, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from '../harness/collector.ts';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE, ROOT } from '../harness/places.ts';
import { start } from '../harness/process.ts';
import { type Prometheus, type Series, startPrometheus } from '../harness/prometheus.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const HOST_NAME = 'collector-test';
const OURS = '{__name__=~"service_dependency_.*|musubi_.*|process_.*|target_info"}';

let scraped: Prometheus;
let written: Prometheus;
let collector: Collector | { missing: string };
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await freePort();
  // Two stores: in one store, a series received in two ways would be one series.
  scraped = await startPrometheus([{ address: `127.0.0.1:${metricsPort}`, instance: HOST_NAME }]);
  written = await startPrometheus([]);
  collector = await startCollector(written.url);
}, 15 * 60_000);

describe.each(['grpc', 'http/protobuf'])('over OTLP %s through a collector', (protocol) => {
  it('the store receives the same series as by a scrape', async (context) => {
    if ('missing' in collector) return context.skip(collector.missing);
    const port = await freePort();
    const api = start([NODE, `${ROOT}/test/workloads/api.mjs`, '127.0.0.1', `${port}`]);
    await api.waitForOutput('listening');
    const agent = start(
      [
        NODE,
        ...[MUSUBI, 'agent', '--interval', '200ms', '--web.listen-address', `127.0.0.1:${metricsPort}`],
        // It captures the connections of concurrent tests, and some of those make thousands.
        ...['--max-edges-per-service', '20'],
        // Whether this machine translates addresses depends on concurrent tests, too.
        ...['--nat', 'off'],
      ],
      {
        env: {
          ...process.env,
          OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? collector.grpc : collector.http,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_METRIC_EXPORT_INTERVAL: '1000',
          OTEL_RESOURCE_ATTRIBUTES: `host.name=${HOST_NAME},deployment.environment.name=te%2Cst`,
        },
      },
    );
    await waitFor(
      async () => {
        const page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
        return (parseSeries(page, 'musubi_collection_cycles_total')[0]?.value ?? 0) > 1 || undefined;
      },
      () => `the first collection cycle of the agent: ${agent.stderr()}`,
    );
    const web = start([NODE, `${ROOT}/test/workloads/web.mjs`, '127.0.0.1', `${port}`]);
    web.writeLine('connect 2');
    await web.waitForOutput('connected 2');

    // The last metric of a connection to be exported: the round-trip time is read by a later socket scan.
    const roundTripTime = `service_dependency_tcp_rtt_seconds{dst_port="${port}"}`;
    const same = await waitFor(
      async () => {
        if (agent.child.exitCode !== null) throw new Error(agent.stderr());
        if (
          (await written.query(roundTripTime)).length < 2 ||
          (await scraped.query(roundTripTime)).length < 2
        )
          return undefined;
        const [pulled, pushed] = [await seriesAbout(scraped, port), await seriesAbout(written, port)];
        return JSON.stringify(pulled) === JSON.stringify(pushed) ? { pulled, pushed } : undefined;
      },
      async () =>
        `both stores to agree: ${JSON.stringify(
          { pulled: await seriesAbout(scraped, port), pushed: await seriesAbout(written, port) },
          null,
          1,
        )}`,
    );
    expect(new Set(same.pulled.map(({ __name__ }) => __name__))).toEqual(
      new Set([
        'service_dependency_active_connections',
        'service_dependency_connection_setup_duration_seconds_bucket',
        'service_dependency_connection_setup_duration_seconds_count',
        'service_dependency_connection_setup_duration_seconds_sum',
        'service_dependency_connection_opened_total',
        'service_dependency_io_bytes_total',
        'service_dependency_last_seen_seconds',
        'service_dependency_listen',
        'service_dependency_start_time_seconds',
        'service_dependency_tcp_retransmits_total',
        'service_dependency_tcp_rtt_seconds',
        'target_info',
        'musubi_build_info',
        'musubi_capture_connections_folded_total',
        'musubi_capture_events_missed_total',
        'musubi_capture_info',
        'musubi_capture_restarts_total',
        'musubi_capture_table_entries_limit',
        'musubi_capture_table_entries',
        'musubi_config_last_reload_success_timestamp_seconds',
        'musubi_config_last_reload_successful',
        'musubi_connections_failed_unattributed_total',
        'musubi_connections_folded_total',
        'musubi_dns_addresses',
        'musubi_dns_addresses_evicted_total',
        'musubi_dns_responses_dropped_total',
        'musubi_dns_responses_total',
        'musubi_dns_servers',
        'musubi_edges_folded',
        'musubi_edges',
        'musubi_host_time_seconds',
        'musubi_log_lines_lost_total',
        'musubi_nat_connections_dropped_total',
        'musubi_nat_connections_total',
        'musubi_nat_overruns_total',
        'musubi_network_namespaces',
        'musubi_collection_cycles_failed_total',
        'musubi_collection_cycles_total',
        'musubi_otlp_batches_dropped_total',
        'musubi_otlp_batches_failed_total',
        'musubi_otlp_batches_thinned_total',
        'musubi_otlp_points_rejected_total',
        'musubi_sockets',
        'musubi_sockets_unattributed',
        'musubi_stage_duration_seconds',
        'process_cpu_seconds_total',
        'process_max_fds',
        'process_open_fds',
        'process_resident_memory_bytes',
        'process_start_time_seconds',
        'process_virtual_memory_bytes',
      ]),
    );
    expect(same.pushed).toContainEqual(
      expect.objectContaining({
        __name__: 'target_info',
        host_name: HOST_NAME,
        deployment_environment_name: 'te,st',
      }),
    );

    // The values that do not change between a scrape and a push are equal, too.
    const value = async (store: Prometheus, name: string) =>
      (await store.query(`${name}{dst_port="${port}",direction="outbound"}`)).map((series) => series.value);
    expect(await value(written, 'service_dependency_connection_opened_total')).toEqual([2]);
    expect(await value(scraped, 'service_dependency_connection_opened_total')).toEqual([2]);
  });
});

/** The labels of all series except those about other traffic of this machine, sorted. */
async function seriesAbout(store: Prometheus, port: number): Promise<Series[]> {
  const series = (await store.query(OURS)).map(({ metric }) => metric);
  return series
    .filter(({ __name__, dst_port }) => !__name__?.startsWith('service_') || dst_port === `${port}`)
    .map((labels) => Object.fromEntries(Object.entries(labels).sort()) as Series)
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
