import { beforeAll, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../harness/captures.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { EXPORTER_PORT, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import { MUSUBI, NODE, ROOT } from '../harness/places.ts';
import { run } from '../harness/process.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { waitFor } from '../harness/wait-for.ts';
import { linesOf, runWorkload, startServer, startWorkload } from '../harness/workload.ts';

const PORT = 8080;
/** The rules run every 30 s, on the data of a minute before. */
const PATIENCE = 150_000;

const network = createNetwork();
const client = network.host('client');
const server = network.host('server');

let prometheus: Prometheus;

beforeAll(async () => {
  for (const host of [client, server]) await startExporter(host, [], { onCleanup: onFileEnd });
  prometheus = await startPrometheus(
    [client, server].map(({ address, name }) => ({ address: `${address}:${EXPORTER_PORT}`, instance: name })),
    { rules: [`${ROOT}/provisioning/prometheus/rules/musubi-edges.yaml`] },
  );
});

interface Edge {
  readonly [name: string]: unknown;
  readonly processes: readonly Record<string, unknown>[];
}

/** Runs `musubi look` for what depends on `server`. */
function look() {
  const options = ['--direction', 'up', '--json', '--prometheus-url', prometheus.url];
  return run([NODE, MUSUBI, 'look', 'server', ...options]);
}

it('look names client and server of a dependency between two hosts, from exporters, Prometheus and its rules', {
  timeout: PATIENCE + 30_000,
}, async () => {
  const start = Date.now() / 1000;
  const listening = await startServer(['request=1', 'answer=1', `0.0.0.0/${PORT}`], { on: server });
  const target = `target=${server.address}/${PORT}`;
  const holding = startWorkload('hold', [target, 'count=5'], { on: client });
  await linesOf(holding, 'held', 1);
  // One short connection, which only a capture in the kernel reliably sees.
  if (!CANNOT_CAPTURE) await runWorkload('client', [target, 'count=1'], { on: client });

  let output = '';
  const edges = await waitFor(
    async () => {
      const { code, stdout, stderr } = await look();
      output = `${stdout}${stderr}`;
      const found: Edge[] = code === 0 ? JSON.parse(stdout).edges : [];
      // The rules record one after another: an edge may appear before its number of open connections.
      const isCounted = found.some((edge) => edge['service.dependency.active_connections'] === 5);
      return isCounted && found.length === (CANNOT_CAPTURE ? 1 : 2) ? found : undefined;
    },
    () => `look to list the dependencies; its output: ${output}`,
    PATIENCE,
  );
  const flow = { 'network.transport': 'tcp', 'dst.service': 'server', 'dst.port': PORT, 'depth.up': 1 };
  expect(edges.find((edge) => edge['src.service'] === 'hold')).toMatchObject({
    ...flow,
    'service.dependency.active_connections': 5,
    'service.dependency.connection.opened': 5,
    processes: [
      {
        'src.process': 'hold',
        'src.pid': holding.pid,
        'src.host': 'client',
        'src.address': client.address,
        'dst.process': 'server',
        'dst.pid': listening.running.pid,
        'dst.host': 'server',
        'dst.address': server.address,
        observer: 'both',
      },
    ],
  });
  if (CANNOT_CAPTURE) return;
  const short = edges.find((edge) => edge['src.service'] === 'client');
  expect(short).toMatchObject({
    ...flow,
    'service.dependency.active_connections': 0,
    'service.dependency.connection.opened': 1,
  });
  const lastSeen = Number(short?.['service.dependency.last_seen']);
  expect(lastSeen).toBeGreaterThan(start);
  expect(lastSeen).toBeLessThan(Date.now() / 1000 - 55);
});
