/**
 * What we ship to run Musubi with other programs, checked by those programs: Docker Compose, systemd, Prometheus and
 * the OpenTelemetry Collector.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { CATALOGUE } from '@musubi/contract/catalogue';
import { seriesNames } from '@musubi/contract/prometheus-name';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { toBatches } from '../../exporter/agent/metrics/otlp/to-batches.ts';
import { watchSender } from '../../exporter/agent/metrics/otlp/watched-sender.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from '../../exporter/agent/metrics/prometheus-text.ts';
import type { OtlpProtocol } from '../../exporter/agent/settings.ts';
import { collectorBinary } from '../../provisioning/local/otelcol.mjs';
import { otlpTo } from '../fixtures/otlp-settings.ts';
import { startCollector } from '../harness/collector.ts';
import { freePort } from '../harness/free-port.ts';
import { ROOT, toolPath } from '../harness/places.ts';
import { start } from '../harness/process.ts';

const COMPOSE_FILE = join(ROOT, 'docker-compose.yml');
const PROMETHEUS_CONFIG = join(ROOT, 'provisioning/prometheus/prometheus.yml');
const COLLECTOR_CONFIG = join(ROOT, 'provisioning/otelcol/config.yaml');
const PLUGIN = 'musubi-dependencies-panel';
const DASHBOARD = 'musubi-service-dependencies';
/** The library behind `docker compose config`: it fills in variables and checks schema and references. */
const COMPOSE_CHECKER = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2';
/** The first run builds the collector and the checker from Go modules. */
const BUILD = { timeout: 15 * 60_000 };

const run = promisify(execFile);
const read = (path: string) => readFile(join(ROOT, path), 'utf8');
const readYaml = async (path: string) => parse(await read(path));

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'musubi-provisioning-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('docker-compose.yml', () => {
  test('is valid for Compose', BUILD, async ({ skip }) => {
    const check = await composeCheck();
    if ('missing' in check) return skip(check.missing);
    await run(check.program, check.args, { cwd: ROOT });
  });

  test('mounts paths that exist', async () => {
    const paths = (await mounts()).map(({ source }) => source);
    expect(paths).toHaveLength(5);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('publishes only on 127.0.0.1', async () => {
    const ports = (await services()).flatMap((service) => service.ports ?? []);
    expect(ports).toHaveLength(4);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('pins every image, and the collector at the version that we build', async () => {
    const images = (await services()).filter((service) => !service.build).map((service) => service.image);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    const { dist } = await readYaml('provisioning/otelcol/builder.yaml');
    expect(images).toContain(`otel/opentelemetry-collector-contrib:${dist.version}`);
  });

  test('gives Grafana the panel and the dashboard by their ids', async () => {
    const { grafana } = (await readYaml('docker-compose.yml')).services;
    const targetOf = async (path: string) => (await mounts()).find(({ source }) => source === path)?.target;
    expect(JSON.parse(await read('grafana-plugin/src/plugin.json')).id).toBe(PLUGIN);
    expect(grafana.environment.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS).toBe(PLUGIN);
    expect(await targetOf('./grafana-plugin/dist')).toBe(`/var/lib/grafana/plugins/${PLUGIN}`);

    const { providers } = await readYaml('provisioning/grafana/dashboards/provider.yaml');
    const folder: string = providers[0].options.path;
    expect(await targetOf('./provisioning/grafana/dashboards')).toBe(folder);
    const home: string = grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH;
    expect(home).toBe(join(folder, basename(home)));

    const dashboard = JSON.parse(await read(`provisioning/grafana/dashboards/${basename(home)}`));
    const panels: { type: string; datasource: { uid: string } }[] = dashboard.panels;
    expect(dashboard.uid).toBe(DASHBOARD);
    expect(panels.map(({ type }) => type)).toContain(PLUGIN);
    const { datasources } = await readYaml('provisioning/grafana/datasources/prometheus.yaml');
    const uids = datasources.map(({ uid }: { uid: string }) => uid);
    const isVariable = (uid: string) => uid.startsWith('$');
    for (const { datasource } of panels) {
      if (!isVariable(datasource.uid)) expect(uids).toContain(datasource.uid);
    }
  });
});

describe('musubi.service', () => {
  const UNIT = 'provisioning/systemd/musubi.service';
  const capabilities = async (setting: string) =>
    new RegExp(`^${setting}=(.*)$`, 'm').exec(await read(UNIT))?.[1]?.split(' ');

  test('is valid for systemd, and restricts the agent', async ({ skip }) => {
    const unit = join(scratch, 'musubi.service');
    await writeFile(unit, (await read(UNIT)).replace('/usr/bin/node', process.execPath));
    const analyze = (...args: string[]) => run('systemd-analyze', [...args, unit]);
    if (await analyze('--version').then(() => false, isAbsent)) return skip('needs systemd');
    expect(await analyze('verify')).toEqual({ stdout: '', stderr: '' });
    // An exposure of 3.0 out of 10 at most; a unit without any such setting has 9.6.
    await analyze('security', '--offline=true', '--threshold=30');
  });

  test('grants exactly the capabilities of the container in docker-compose.yml', async () => {
    const { exporter } = (await readYaml('docker-compose.yml')).services;
    expect(exporter.cap_drop).toEqual(['ALL']);
    const granted = exporter.cap_add.map((name: string) => `CAP_${name}`);
    expect(await capabilities('AmbientCapabilities')).toEqual(granted);
    expect(await capabilities('CapabilityBoundingSet')).toEqual(granted);
  });
});

describe('prometheus.yml', () => {
  test('is valid for Prometheus, without and with hosts to scrape', async () => {
    const check = async (file: string) => (await run(toolPath('promtool'), ['check', 'config', file])).stdout;
    for (const file of [PROMETHEUS_CONFIG, await configToScrape('web-1:9464')]) {
      const output = await check(file);
      expect(output).toContain('SUCCESS');
      expect(output).not.toContain('WARNING');
    }
  });

  test('loads the rules, but not the optional ones', async () => {
    const { stdout } = await run(toolPath('promtool'), ['check', 'config', PROMETHEUS_CONFIG]);
    const loaded = [...stdout.matchAll(/^Checking .*\/(.+\.yaml)$/gm)].map(([, file]) => file);
    expect(loaded).toContain('musubi-edges.yaml');
    expect(loaded).not.toContain('musubi-service-graph.yaml');
  });
});

describe('the collector recipe', () => {
  test('is valid for the collector', BUILD, async ({ skip }) => {
    const collector = await collectorBinary({ log: console.log });
    if ('missing' in collector) return skip(collector.missing);
    await run(collector.path, ['validate', '--config', COLLECTOR_CONFIG]);
  });

  test('stores the same series by push as by a scrape', BUILD, async ({ skip }) => {
    const port = await freePort();
    const store = `http://127.0.0.1:${port}`;
    const collector = await startCollector(store);
    if ('missing' in collector) return skip(collector.missing);
    const page = prometheusText(FAMILIES, resourceOf('127.0.0.1'));
    const scraped = await serve([...page].join(''));
    start([
      toolPath('prometheus'),
      `--config.file=${await configToScrape(scraped)}`,
      `--storage.tsdb.path=${join(scratch, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ]);

    // Pushed as separate hosts: only `instance` differs between the three.
    await push('grpc', collector.grpc);
    await push('http/protobuf', collector.http);
    const seriesOf = (instance: string) => seriesIn(store, instance);
    await expect.poll(() => seriesOf('127.0.0.1'), { timeout: 20_000 }).not.toEqual([]);
    const expected = await seriesOf('127.0.0.1');
    expect([...new Set(expected.map(({ __name__ }) => __name__))]).toEqual(
      [...CATALOGUE.flatMap(seriesNames), 'target_info'].sort(),
    );
    expect(expected[0]).toMatchObject({ job: 'musubi', odd_text: ODD_TEXT, dst_port: '5432' });
    expect(await seriesOf('grpc')).toEqual(expected);
    expect(await seriesOf('http/protobuf')).toEqual(expected);
  });
});

const isAbsent = (error: { code?: unknown }) => error.code === 'ENOENT';

const ODD_TEXT = 'a "quoted" back\\slash\nand 結び 🪢';

/** Every metric once, with unusual labels. */
const FAMILIES = CATALOGUE.map((definition) => ({
  definition,
  points: [
    {
      attributes: { 'odd.text': ODD_TEXT, 'dst.port': 5432 },
      value: definition.kind === 'histogram' ? { bounds: [0.5], counts: [3, 4], sum: 7 } : 7,
      since: Date.now(),
    },
  ],
}));

const resourceOf = (host: string) => ({
  'service.name': 'musubi',
  'service.instance.id': host,
  'host.name': 'web-1',
});

/** Pushes as a host named like the protocol, until the store has accepted it. */
async function push(protocol: OtlpProtocol, endpoint: string) {
  const url = protocol === 'grpc' ? endpoint : `${endpoint}/v1/metrics`;
  const sender = (await watchSender(otlpTo(protocol, url))).current();
  const attempt = () =>
    Promise.all(
      [...toBatches(FAMILIES, resourceOf(protocol), Date.now())].map((batch) => sender.send(batch)),
    );
  onTestFinished(() => sender.close());
  await expect.poll(attempt, { timeout: 20_000, interval: 300 }).toEqual([{ state: 'delivered' }]);
}

/** Our series of an instance, by name and without that label; without those that Prometheus adds to a scrape. */
async function seriesIn(store: string, instance: string): Promise<Record<string, string>[]> {
  const query = `{instance="${instance}",__name__=~"(service_dependency|musubi|process)_.+|target_info"}`;
  const response = await fetch(`${store}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await response.json()) as { data: { result: { metric: Record<string, string> }[] } };
  return data.result
    .map(({ metric: { instance: _, ...labels } }) => labels)
    .sort((a, b) => ((a.__name__ ?? '') < (b.__name__ ?? '') ? -1 : 1));
}

/** The shipped Prometheus configuration with a host to scrape, and a shorter interval. */
async function configToScrape(target: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'prometheus-'));
  await mkdir(join(folder, 'targets'));
  await writeFile(join(folder, 'targets/hosts.yaml'), JSON.stringify([{ targets: [target] }]));
  const shipped = await readFile(PROMETHEUS_CONFIG, 'utf8');
  const path = join(folder, 'prometheus.yml');
  await writeFile(path, shipped.replace('scrape_interval: 15s', 'scrape_interval: 1s'));
  return path;
}

/** Serves a page of metrics for the test; returns the address. */
async function serve(page: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', PROMETHEUS_CONTENT_TYPE).end(page);
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The command that checks the compose file: Docker Compose, or the library that it uses. */
async function composeCheck(): Promise<{ program: string; args: string[] } | { missing: string }> {
  const failure = (program: string, args: string[], env = process.env) =>
    run(program, args, { env }).then(() => undefined, String);
  if ((await failure('docker', ['compose', 'version'])) === undefined) {
    return { program: 'docker', args: ['compose', '-f', COMPOSE_FILE, 'config', '--quiet'] };
  }
  const why = await failure('go', ['install', COMPOSE_CHECKER], { ...process.env, GOBIN: scratch });
  if (why) return { missing: `no Docker Compose, and its library cannot be built: ${why}` };
  return { program: join(scratch, 'cmd'), args: [COMPOSE_FILE] };
}

interface Mount {
  readonly source: string;
  readonly target: string;
}

interface Service {
  readonly image: string;
  readonly build?: object;
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | Mount)[];
}

async function services(): Promise<Service[]> {
  return Object.values((await readYaml('docker-compose.yml')).services);
}

/** The folders and files of the repository that are mounted into containers. */
async function mounts(): Promise<Mount[]> {
  return (await services())
    .flatMap((service) => service.volumes ?? [])
    .map((volume) => {
      if (typeof volume !== 'string') return volume;
      const [source = '', target = ''] = volume.split(':');
      return { source, target };
    })
    .filter(({ source }) => source.startsWith('.'));
}
