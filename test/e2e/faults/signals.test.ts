/** Signals that service managers, administrators and terminals send to an agent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE } from '../../harness/captures.ts';
import { onFileEnd } from '../../harness/cleanup.ts';
import { type Collector, startCollector } from '../../harness/collector.ts';
import { startConnectionServer } from '../../harness/connections.ts';
import { startAgent } from '../../harness/exporter.ts';
import { MUSUBI, NODE } from '../../harness/places.ts';
import { type Prometheus, startPrometheus } from '../../harness/prometheus.ts';
import { parseSeries } from '../../harness/text-page.ts';
import { waitFor } from '../../harness/wait-for.ts';

const AGENT = [
  ...([NODE, MUSUBI, 'agent'] as const),
  ...['--netns', 'self', '--nat', 'off', '--dns', 'off', '--web.listen-address', '127.0.0.1:0'],
] as const;

let store: Prometheus;
let collector: Collector | { missing: string };

beforeAll(async () => {
  store = await startPrometheus([]);
  collector = await startCollector(store.url);
}, 15 * 60_000);

describe.each(['grpc', 'http/protobuf'] as const)('with OTLP over %s', (protocol) => {
  it.skipIf(CANNOT_CAPTURE)(
    'SIGTERM loses no connection, although the next cycle is far away',
    async (context) => {
      if ('missing' in collector) return context.skip(collector.missing);
      const server = await startConnectionServer();
      const endpoint = protocol === 'grpc' ? collector.grpc : collector.http;
      const { running: agent, metrics } = await startAgent([
        ...AGENT,
        ...['--interval', '1h', '--otlp-export-interval', '1h', '--host-name', protocol],
        ...['--otlp-endpoint', endpoint, '--otlp-protocol', protocol],
      ]);
      await waitFor(
        async () => parseSeries(await metrics(), 'musubi_collection_cycles_total')[0]?.value || undefined,
        'the first cycle',
      );
      await server.connect(300);
      expect(await agent.stop()).toBe(0);
      const opened = await waitFor(async () => {
        const found = await store.query(
          `service_dependency_connection_opened_total{dst_port="${server.port}"}`,
        );
        return found.length === 2 ? found.map(({ value }) => value) : undefined;
      }, 'both half-edges in the store');
      expect(opened).toEqual([300, 300]);
    },
  );
});

it('SIGHUP reloads the configuration, and an invalid one changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-reload-'));
  onFileEnd(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'musubi.yaml');
  const server = await startConnectionServer();
  const write = (service: string) =>
    writeFileSync(config, `rules:\n  - match: { port: ${server.port} }\n    service: ${service}\n`);

  write('before');
  const { running: agent, metrics } = await startAgent([
    ...AGENT,
    ...['--interval', '50ms', '--config', config],
  ]);
  const logged = (pattern: RegExp) =>
    waitFor(
      () => pattern.exec(agent.stderr()) ?? undefined,
      () => `${pattern}: ${agent.stderr()}`,
    );
  const openedOf = (service: string) =>
    waitFor(
      async () =>
        parseSeries(await metrics(), 'service_dependency_connection_opened_total').find(
          ({ labels }) => labels.direction === 'inbound' && labels.dst_service === service,
        ),
      () => `a series of ${service}: ${agent.stderr()}`,
    );
  await waitFor(
    async () =>
      parseSeries(await metrics(), 'service_dependency_listen').find(
        ({ labels }) => labels.dst_service === 'before',
      ),
    'the listener',
  );
  await server.connect(3);
  expect(await openedOf('before')).toMatchObject({ value: 3 });

  write('after');
  agent.child.kill('SIGHUP');
  await logged(/msg="configuration reloaded"/);
  await server.connect(4);
  expect(await openedOf('after')).toMatchObject({ value: 4 });
  expect(await openedOf('before')).toMatchObject({ value: 3 });

  writeFileSync(config, 'rulez: []\n');
  agent.child.kill('SIGHUP');
  await logged(/level=error msg="configuration not reloaded.*musubi\.yaml:1: unknown key/);
  expect(parseSeries(await metrics(), 'musubi_config_last_reload_successful')).toMatchObject([{ value: 0 }]);
  await server.connect(2);
  await waitFor(
    async () => (await openedOf('after')).value === 6 || undefined,
    'the connections after the refused configuration',
  );
  expect(await agent.stop()).toBe(0);
});

it('SIGUSR1 opens no inspector', async () => {
  const { running: agent } = await startAgent([...AGENT, '--capture', 'procfs']);
  agent.child.kill('SIGUSR1');
  agent.child.kill('SIGHUP');
  await waitFor(
    () => agent.stderr().includes('configuration reloaded') || undefined,
    () => `the reload: ${agent.stderr()}`,
  );
  expect(agent.stderr()).not.toContain('Debugger');
  expect(await agent.stop()).toBe(0);
});
