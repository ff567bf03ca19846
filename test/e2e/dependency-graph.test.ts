import { beforeAll, describe, expect, it } from 'vitest';
import { type GraphPage, openGraphPage } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { withoutRules } from '../harness/dashboard-queries.ts';
import { EXPORTER_PORT, type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { NODE, ROOT } from '../harness/places.ts';
import type { Running } from '../harness/process.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const PORT = 8080;
const EDGE_EXPIRATION_SECONDS = 3;

const network = createNetwork();
const client = network.host('client');
const server = network.host('server');

let onClient: Exporter;
let onServer: Exporter;
let prometheus: Prometheus;
let page: GraphPage;
let api: Running;
let web: Running;

beforeAll(async () => {
  const flags = ['--edge-expiration', `${EDGE_EXPIRATION_SECONDS}s`];
  onClient = await startExporter(client, flags, { onCleanup: onFileEnd });
  onServer = await startExporter(server, flags, { onCleanup: onFileEnd });
  prometheus = await startPrometheus(
    [client, server].map(({ address, name }) => ({ address: `${address}:${EXPORTER_PORT}`, instance: name })),
  );
  page = await openGraphPage(prometheus.url, withoutRules);
  api = server.start([NODE, `${ROOT}/test/workloads/api.mjs`, '0.0.0.0', `${PORT}`], {
    onCleanup: onFileEnd,
  });
  await api.waitForOutput('listening');
  web = client.start([NODE, `${ROOT}/test/workloads/web.mjs`, server.address, `${PORT}`], {
    onCleanup: onFileEnd,
  });
});

/** The edge under test; the page also draws the scrapes of Prometheus. */
const drawn = async () => (await page.edges()).filter(({ port }) => port === `${PORT}`);

/** The tests run in order: each continues from the state that the previous test left. */
describe('when a client on one host calls a server on another', () => {
  let inUse: { from: number; to: number };

  it('Prometheus has the half-edges of the two hosts', async () => {
    web.writeLine('connect 50');
    await web.waitForOutput('connected 50');
    const halfEdges = await waitFor(async () => {
      const series = await prometheus.query(
        `service_dependency_connection_opened_total{dst_port="${PORT}"} == 50`,
      );
      return series.length === 2 ? series.map(({ metric }) => metric) : undefined;
    }, 'two half-edges with 50 connections each');

    const common = {
      network_transport: 'tcp',
      src_address: client.address,
      dst_address: server.address,
      dst_port: `${PORT}`,
    };
    expect(halfEdges.find(({ direction }) => direction === 'outbound')).toEqual({
      ...common,
      __name__: 'service_dependency_connection_opened_total',
      job: 'musubi',
      instance: 'client',
      direction: 'outbound',
      src_host: 'client',
      src_service: 'web',
      src_process: 'node',
      src_pid: `${web.pid}`,
      src_kind: 'process',
      dst_kind: 'unknown',
    });
    expect(halfEdges.find(({ direction }) => direction === 'inbound')).toEqual({
      ...common,
      __name__: 'service_dependency_connection_opened_total',
      job: 'musubi',
      instance: 'server',
      direction: 'inbound',
      src_kind: 'unknown',
      dst_host: 'server',
      dst_service: 'api',
      dst_process: 'node',
      dst_pid: `${api.pid}`,
      dst_kind: 'process',
    });
  });

  it('the server reports the addresses that it listens on', async () => {
    const addresses = (await prometheus.query(`service_dependency_listen{dst_port="${PORT}"}`)).map(
      ({ metric }) => metric.dst_address,
    );
    // It listens on all IPv4 addresses, and on no IPv6 address.
    expect(addresses.sort()).toEqual(['0.0.0.0', server.address]);
  });

  it('the page draws 50 connections as one edge from client to server', async () => {
    await page.open({ from: 'now-5m', to: 'now' });
    expect(await drawn()).toEqual([
      expect.objectContaining({
        source: 'web',
        sourceHost: 'client',
        sourceProcess: 'node',
        sourcePid: `${web.pid}`,
        destination: 'api',
        destinationHost: 'server',
        destinationProcess: 'node',
        destinationPid: `${api.pid}`,
        port: `${PORT}`,
        transport: 'tcp',
        connections: '50',
        open: '50',
        seenBy: 'both',
      }),
    ]);
    const text = await page.hover(/web.*api/s);
    expect(text).toContain(`${PORT}`);
    inUse = { from: Date.now() - 60_000, to: Date.now() };
  });

  it('the edge is removed from the exporters within a bounded time after the client stops', async () => {
    web.writeLine('close');
    await web.waitForOutput('closed');
    const stopped = performance.now();
    for (const exporter of [onClient, onServer]) {
      await waitFor(async () => {
        const series = parseSeries(await exporter.metrics(), 'service_dependency_last_seen_seconds');
        return series.every(({ labels }) => labels.dst_port !== `${PORT}`) || undefined;
      }, 'the edge to be removed from /metrics');
    }
    // The bound: the edge expiration and a few cycles, on a machine busy with other tests.
    expect(performance.now() - stopped).toBeLessThan((EDGE_EXPIRATION_SECONDS + 10) * 1000);
  });

  it('the page shows the edge for the past range and not for the current one', async () => {
    await waitFor(
      async () =>
        (await prometheus.query(`service_dependency_last_seen_seconds{dst_port="${PORT}"}`)).length === 0 ||
        undefined,
      'Prometheus to mark the series stale',
    );
    await page.open(inUse);
    expect(await drawn()).toMatchObject([{ source: 'web', destination: 'api', connections: '50' }]);
    await page.open({ from: Date.now() - 1000, to: Date.now() });
    expect(await drawn()).toEqual([]);
  });
});
