import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { prometheus3 } from '../../provisioning/local/prometheus3.mjs';
import { acceleratedRules } from '../harness/accelerate-rules.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { EXPORTER_PORT, type Exporter, startExporter } from '../harness/exporter.ts';
import { createNetwork, type Host } from '../harness/network.ts';
import { toolPath } from '../harness/places.ts';
import type { Running } from '../harness/process.ts';
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts';
import { call, serve } from '../harness/services.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The rules run this many times as fast as shipped. */
const TIMES = 15;
const SECOND = 1 / TIMES;
const MINUTE = 60 * SECOND;
/** As in the expectations below, in seconds of the test. */
const MAX_GAP = 5 * MINUTE;
const SCRAPE = 15 * SECOND;
const EVALUATION = 30 * SECOND;
/** The guaranteed delay: max_gap, 1 m for the rules to settle, a scrape, two evaluations. */
const GUARANTEED = MAX_GAP + MINUTE + SCRAPE + 2 * EVALUATION;

const EXPECTED = `version: 1
expect:
  - { source: web, destination: api, port: 8080, max_gap: 5m }
  - { source: api, destination: db, port: 5432, max_gap: 5m }
  - { source: night, destination: db, port: 5432, max_gap: 15m }
allow:
  - { port: ${EXPORTER_PORT} }
`;

/** The first run builds Prometheus 3 from its Go module. */
const BUILD = 15 * 60_000;
const network = createNetwork();
const [a, b, c] = [network.host('a'), network.host('b'), network.host('c')];
let programs: readonly string[];
let missing: string | undefined;
let stores: readonly Prometheus[];

beforeAll(async () => {
  const current = await prometheus3({ log: console.log });
  if ('missing' in current) missing = current.missing;
  programs = [toolPath('prometheus'), ...('prometheus' in current ? [current.prometheus] : [])];
}, BUILD);

test('the alerts are also tested with Prometheus 3', ({ skip }) => {
  if (missing) skip(missing);
  expect(programs).toHaveLength(2);
});

test('each problem raises one alert, and normal operation raises none', {
  timeout: 240_000,
}, async () => {
  // All run before the exporters start: a dependency that takes longer than its max_gap to start has vanished.
  await serve(c, 'db', 5432);
  const api = await serve(b, 'api', 8080);
  const apiToDb = await call(b, 'api', c, 5432);
  const webToApi = await call(a, 'web', b, 8080);
  const exporters = new Map<Host, Exporter>();
  await Promise.all([a, b, c].map(async (host) => exporters.set(host, await observe(host))));
  const night = nightly(await call(c, 'night', c, 5432, 0));
  stores = await startStores();
  await inEach((store) =>
    waitFor(async () => {
      const seen = await store.query('musubi:expected_edge:host_last_seen_seconds');
      const edges = seen.map(({ metric }) => `${metric.src_service} ${metric.end} ${metric.host}`).sort();
      const all = 'api dst c,api src b,night dst c,night src c,web dst b,web src a';
      return edges.join() === all || undefined;
    }, 'all expected dependencies with the hosts of both endpoints'),
  );

  // Normal operation: an exporter is upgraded, a service restarts, another one moves, Prometheus restarts.
  await exporters.get(b)?.running.stop();
  exporters.set(b, await observe(b));
  await api.stop();
  await serve(b, 'api', 8080);
  await webToApi.stop();
  await call(c, 'web', b, 8080);
  await inEach((store) => store.restart());
  // By the end of this time, any alert about it has fired.
  const settled = alertDelay();

  // A process connects once to a new destination.
  await serve(c, 'db', 2222);
  const rogue = await call(a, 'rogue', c, 2222, 0);
  rogue.writeLine('connect 1');
  await rogue.waitForOutput('connected 1');
  rogue.writeLine('close');
  await inEach((store) => waitForAlert(store, 'DependencyUnexpected'));
  const unexpected = 'DependencyUnexpected rogue a → db c 2222';
  await expectFired([unexpected]);

  // A dependency is cut.
  const cutAt = Date.now() / 1000;
  apiToDb.writeLine('close');
  await apiToDb.waitForOutput('closed');
  await inEach(async (store) => expectVanished(await waitForAlert(store, 'DependencyVanished'), cutAt));
  const vanished = 'DependencyVanished api b → db c 5432';
  await settled;
  await expectFired([unexpected, vanished]);

  // An exporter stops, and with it a service that it reported.
  await exporters.get(c)?.running.stop();
  await night.stop();
  await inEach(async (store) => {
    const { labels } = await waitForAlert(store, 'MusubiExporterDown');
    expect(labels).toEqual({ alertname: 'MusubiExporterDown', severity: 'critical', host: 'c' });
  });
  await alertDelay();
  await expectFired([unexpected, vanished, 'MusubiExporterDown c']);
});

/** Each scrapes the same hosts at the same intervals and evaluates the same rules. */
function startStores(): Promise<Prometheus[]> {
  const targets = [a, b, c].map(({ address, name }) => ({
    address: `${address}:${EXPORTER_PORT}`,
    instance: name,
  }));
  const options = { rules: acceleratedRules(EXPECTED, TIMES), scrapeInterval: `${1000 * SCRAPE}ms` };
  return Promise.all(programs.map((program) => startPrometheus(targets, { program, ...options })));
}

const inEach = <T>(act: (store: Prometheus) => Promise<T>) => Promise.all(stores.map(act));

/** Resolves when an alert about a service that stopped now would have fired. */
const alertDelay = () => sleep((GUARANTEED + 2 * MINUTE) * 1000);

/**
 * The alerts that ever fired, each once: `DependencyVanished api b → db c 5432`. Those about events that the kernel
 * capture missed depend on what else runs on this machine.
 */
async function expectFired(alerts: readonly string[]): Promise<void> {
  await inEach(async (store) => {
    const fired = await store.query(
      'last_over_time(ALERTS{alertstate="firing", alertname=~"Dependency.+|MusubiExporterDown"}[1h])',
    );
    const names = fired.map(
      ({ metric: { alertname, src_service, src_host, dst_service, dst_host, dst_port, host } }) =>
        src_service === undefined
          ? `${alertname} ${host}`
          : `${alertname} ${src_service} ${src_host} → ${dst_service} ${dst_host} ${dst_port}`,
    );
    expect(names.sort()).toEqual([...alerts].sort());
  });
}

function expectVanished({ activeAt, labels, annotations }: Alert, cutAt: number): void {
  expect(activeAt - cutAt).toBeGreaterThan(MAX_GAP);
  // A busy machine may miss one of each.
  expect(activeAt - cutAt).toBeLessThan(GUARANTEED + SCRAPE + EVALUATION);
  expect(labels).toEqual({
    alertname: 'DependencyVanished',
    severity: 'critical',
    network_transport: 'tcp',
    src_service: 'api',
    src_process: 'node',
    src_host: 'b',
    dst_service: 'db',
    dst_process: 'node',
    dst_host: 'c',
    dst_port: '5432',
  });
  expect(annotations.summary).toBe('Dependency vanished: api → db:5432/tcp');
  expect(annotations.description).toMatch(
    /^Last seen \d{4}-.* UTC \(node on b → node on c\), longer ago than its max_gap\. /,
  );
  const [, at] =
    /\?time=(\d+)&time.window=1800000&var-service=api&var-service=db$/.exec(annotations.graph ?? '') ?? [];
  expect(Math.abs(Number(at) / 1000 - cutAt)).toBeLessThan(GUARANTEED);
}

const observe = (host: Host) =>
  startExporter(host, ['--edge-expiration', `${5 * MINUTE}s`], { onCleanup: onFileEnd });

/** A job that connects briefly every 10 minutes. */
function nightly(job: Running): { stop(): Promise<unknown> } {
  const connect = () => job.writeLine('connect 1\nclose');
  connect();
  const timer = setInterval(connect, 10 * MINUTE * 1000);
  onFileEnd(() => clearInterval(timer));
  return {
    stop() {
      clearInterval(timer);
      return job.stop();
    },
  };
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
  /** Unix seconds. */
  readonly activeAt: number;
}

/** Resolves to the only alert of that name, once it fires. */
async function waitForAlert(prometheus: Prometheus, name: string): Promise<Alert> {
  return waitFor(async () => {
    const response = await fetch(`${prometheus.url}/api/v1/alerts`);
    const { data } = (await response.json()) as {
      data: { alerts: (Omit<Alert, 'activeAt'> & { activeAt: string })[] };
    };
    const firing = data.alerts.filter(({ labels, state }) => labels.alertname === name && state === 'firing');
    const [alert] = firing;
    if (!alert) return undefined;
    expect(firing).toHaveLength(1);
    return { ...alert, activeAt: Date.parse(alert.activeAt) / 1000 };
  }, `${name} to fire`);
}
