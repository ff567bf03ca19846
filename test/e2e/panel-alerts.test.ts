/**
 * Missing, unexpected, failing and alerting dependencies in the graph: exporters on two hosts, Prometheus with the
 * shipped rules and those of an expectations file, and the panel in a browser.
 */
import { beforeAll, expect, test } from 'vitest';
import { acceleratedRules } from '../harness/accelerate-rules.ts';
import { type GraphPage, openGraphPage } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { acceleratedBy } from '../harness/dashboard-queries.ts';
import { EXPORTER_PORT, startExporter } from '../harness/exporter.ts';
import { createNetwork } from '../harness/network.ts';
import type { Running } from '../harness/process.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { call, serve } from '../harness/services.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The rules run faster than shipped, by this factor. */
const FACTOR = 20;
const network = createNetwork();
const [a, b] = [network.host('a'), network.host('b')];

/** No process listens on port 2525: the destination of that dependency is known by its address only. */
const EXPECTED = `version: 1
expect:
  - { source: web, destination: api, port: 8080, max_gap: 1h }
  - { source: shop, destination: db, port: 5432, max_gap: 3m }
  - { source: night, destination: db, port: 5432, max_gap: 1m }
  - { source: post, destination: ${b.address}, port: 2525, max_gap: 1h }
allow:
  - { port: ${EXPORTER_PORT} }
`;

let prometheus: Prometheus;
let page: GraphPage;
/** The services whose dependencies are not as expected. */
let shop: Running;
let post: Running;
let rogue: Running;

const began = Date.now();

beforeAll(async () => {
  const targets = [a, b].map(({ address, name }) => ({
    address: `${address}:${EXPORTER_PORT}`,
    instance: name,
  }));
  const rules = acceleratedRules(EXPECTED, FACTOR);
  [prometheus] = await Promise.all([
    startPrometheus(targets, { rules, scrapeInterval: '500ms' }),
    ...[a, b].map((host) => startExporter(host, ['--edge-expiration', '5s'], { onCleanup: onFileEnd })),
  ]);
  page = await openGraphPage(prometheus.url, acceleratedBy(FACTOR));
  await Promise.all([serve(b, 'api', 8080), serve(b, 'db', 5432)]);
  [, shop, rogue, post] = await Promise.all([
    call(a, 'web', b, 8080),
    call(a, 'shop', b, 5432),
    call(a, 'rogue', b, 8080),
    call(a, 'post', b, 2525, 0),
  ]);
});

/** The firing alerts on dependencies as `DependencyVanished shop`, sorted. */
async function firing(): Promise<string[]> {
  const alerts = await prometheus.query('ALERTS{alertstate="firing", alertname=~"Dependency.+"}');
  return alerts.map(({ metric }) => `${metric.alertname} ${metric.src_service}`).sort();
}

const untilFiring = (expected: readonly string[]) =>
  waitFor(
    async () => `${await firing()}` === `${expected}` || undefined,
    async () => `${expected} to fire, not ${await firing()}`,
  );

/** The states of each edge of the graph, by `web → api`. */
async function states(from: number, to: number): Promise<Record<string, string | undefined>> {
  await page.open({ from, to });
  const edges = (await page.edges()).filter(({ port }) => port !== `${EXPORTER_PORT}`);
  return Object.fromEntries(edges.map((edge) => [`${edge.source} → ${edge.destination}`, edge.states]));
}

test('states are drawn while they last, and for past ranges after they ended', {
  timeout: 150_000,
}, async () => {
  await waitFor(async () => {
    const hosts = await prometheus.query('musubi:expected_edge:host_last_seen_seconds{src_service="shop"}');
    return hosts.length === 2 || undefined;
  }, 'the last-seen times of the dependency of shop');
  shop.writeLine('close');
  const failures = setInterval(() => post.writeLine('try 10'), 500);
  onFileEnd(() => clearInterval(failures));
  await untilFiring([
    'DependencyFailing post',
    'DependencyUnexpected rogue',
    'DependencyVanished night',
    'DependencyVanished shop',
  ]);

  const endOfAlerts = Date.now();
  const expected = {
    'web → api': '',
    'rogue → api': 'unexpected alerting',
    'shop → db': 'missing alerting',
    'night → db': 'missing alerting',
    'post → unknown process': 'alerting',
  };
  expect(await states(began, endOfAlerts)).toEqual(expected);
  const drawn = await page.svg();
  for (const text of ['▲ alerting ? · :5432', '▲ alerting ! · :8080', '▲ alerting · :2525'])
    expect(drawn).toContain(`>${text}`);
  // Missing edges are dotted.
  expect(drawn.match(/stroke-dasharray="1.5 5"/g)).toHaveLength(2);

  clearInterval(failures);
  await rogue.stop();
  shop.writeLine('connect 1');
  await call(a, 'night', b, 5432);
  await untilFiring([]);
  expect(await states(began, endOfAlerts)).toEqual(expected);
  expect(await states(began, Date.now())).toEqual({
    'web → api': '',
    'rogue → api': 'unexpected alerted',
    'shop → db': 'alerted',
    'night → db': 'alerted',
    'post → unknown process': 'alerted',
  });
  expect(await page.svg()).toContain('>! unexpected △ · :8080');
});
