/** An exporter that could not push for a while pushes its buffer: the connections counted meanwhile are not lost. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORDED } from '@musubi/contract/recorded-series';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { edgeFamilies } from '../../../exporter/agent/metrics/edge-families.ts';
import { createLedger } from '../../../exporter/agent/metrics/ledger.ts';
import { toBatches } from '../../../exporter/agent/metrics/otlp/to-batches.ts';
import { watchSender } from '../../../exporter/agent/metrics/otlp/watched-sender.ts';
import { halfEdge } from '../../fixtures/half-edges.ts';
import { otlpTo } from '../../fixtures/otlp-settings.ts';
import { type Collector, startCollector } from '../../harness/collector.ts';
import { type Prometheus, startPrometheus } from '../../harness/prometheus.ts';
import { RULES } from './edge-rules.ts';

const MINUTE = 60_000;
/** The exporter's own default. */
const EDGE_EXPIRATION = 5 * MINUTE;

let folder: string;
let store: Prometheus;
let collector: Collector | { missing: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'musubi-late-'));
  const rules = join(folder, 'rules.yaml');
  await writeFile(rules, (await readFile(RULES, 'utf8')).replace('interval: 30s', 'interval: 2s'));
  store = await startPrometheus([], { rules: [rules], outOfOrder: '30m' });
  collector = await startCollector(store.url);
}, 15 * MINUTE);
afterAll(() => rm(folder, { recursive: true }));

test('a connection of 1 ms during an interrupted push is counted once', async ({ skip }) => {
  if ('missing' in collector) return skip(collector.missing);
  const sender = (await watchSender(otlpTo('grpc', collector.grpc))).current();
  onTestFinished(() => sender.close());
  const now = Date.now();
  const batchesOf = (ledger: ReturnType<typeof createLedger>, time: number) =>
    toBatches(
      edgeFamilies(ledger.entries()),
      { 'service.name': 'musubi', 'service.instance.id': 'host-a' },
      time,
    );
  const send = async (batches: ReturnType<typeof batchesOf>) => {
    for (const batch of batches) expect(await sender.send(batch)).toEqual({ state: 'delivered' });
  };

  // A newer sample exists already, so the following ones are out of order.
  const lasting = createLedger(EDGE_EXPIRATION);
  lasting.record([halfEdge({ port: 81 })], now);
  await send(batchesOf(lasting, now));

  // The buffer: an edge that appeared 20 minutes ago, and was removed 5 minutes later.
  const ledger = createLedger(EDGE_EXPIRATION);
  for (let at = 21; at > 2; at--) {
    const time = now - at * MINUTE;
    ledger.record(at === 20 ? [halfEdge({ opened: 1, open: 0 })] : [], time);
    await send(batchesOf(ledger, time));
  }

  const opened = async () =>
    (await store.query(`sum_over_time(${RECORDED.connectionsOpened}{dst_port="80"}[1h])`)).map(
      ({ metric, value }) => [metric.src_service, metric.dst_service, value],
    );
  await expect.poll(opened, { timeout: 30_000 }).toEqual([['shop', '10.0.0.9', 1]]);
  const evaluations = async () =>
    (await store.query('count_over_time(musubi:half_edge:start_time_seconds{dst_port="80"}[1h])'))[0]
      ?.value ?? 0;
  const before = await evaluations();
  await expect.poll(evaluations, { timeout: 30_000 }).toBeGreaterThan(before + 2);
  expect(await opened()).toEqual([['shop', '10.0.0.9', 1]]);
  const seen = await store.query(`max_over_time(${RECORDED.serviceEdgeLastSeen}{dst_port="80"}[1h])`);
  expect(seen.map(({ value }) => value)).toEqual([(now - 20 * MINUTE) / 1000]);
});
