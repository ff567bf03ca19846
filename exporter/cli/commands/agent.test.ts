import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIo, type FakeIo } from '../../../test/fixtures/io.ts';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { parsePrometheusText } from '../../../test/fixtures/prometheus-parser.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { agent } from './agent.ts';

let proc: ProcTree;
let io: FakeIo;
const argv = (...more: string[]) => [
  ...[
    '--capture',
    'procfs',
    '--proc-root',
    proc.root,
    '--web.listen-address',
    '127.0.0.1:0',
    '--interval',
    '10ms',
  ],
  // Both would read the kernel of this machine.
  ...['--dns', 'off', '--nat', 'off'],
  ...more,
];

beforeEach(() => {
  proc = createRecordedHost();
  io = createIo();
});

afterEach(() => {
  io.interrupt();
  proc[Symbol.dispose]();
});

/** The URL of the agent's metrics, once it is logged. */
async function served(): Promise<string> {
  const line = await vi.waitFor(() => /metrics="?(http[^"\s]+)/.exec(io.err())?.[1] ?? expect.fail(io.err()));
  return line;
}

async function scrape(url: string) {
  const response = await fetch(url);
  return parsePrometheusText(await response.text());
}

it('serves its metrics until it is stopped', async () => {
  const running = agent.run(argv(), io);
  const url = await served();
  const samples = await vi.waitFor(async () => {
    const page = await scrape(url);
    expect(page.map(({ name }) => name)).toContain('service_dependency_active_connections');
    return page;
  });
  const open = samples.filter(
    ({ name, labels }) => name === 'service_dependency_active_connections' && labels.dst_port === '7001',
  );
  expect(
    open.map(({ labels, value }) => [labels.direction, labels.src_service, labels.dst_service, value]),
  ).toEqual(
    expect.arrayContaining([
      ['inbound', undefined, 'shop', 1],
      ['outbound', 'shop', 'shop', 1],
    ]),
  );
  const listening = samples.filter(({ name }) => name === 'service_dependency_listen');
  expect(listening.map(({ labels }) => `${labels.dst_address}:${labels.dst_port}`)).toEqual(
    expect.arrayContaining(['0.0.0.0:7002', '10.1.2.3:7002', 'fd00::42:7004', '127.0.0.1:7001']),
  );
  io.interrupt();
  expect(await running).toBe(0);
  expect(io.err()).toMatch(/level=info msg="agent stopped"\n$/);
  expect(io.out()).toBe('');
  await expect(fetch(url)).rejects.toThrow();
});

it('keeps serving the last state, and logs one error, while sockets cannot be read', async () => {
  const running = agent.run(argv(), io);
  const url = await served();
  await vi.waitFor(async () => expect((await scrape(url)).length).toBeGreaterThan(30));
  const before = io.err();
  proc.start(42, { netns: 7 });
  const failures = async () =>
    (await scrape(url)).find(({ name }) => name === 'musubi_collection_cycles_failed_total')?.value ?? 0;
  await vi.waitFor(async () => expect(await failures()).toBeGreaterThan(2));
  const page = await scrape(url);
  expect(page.map(({ name }) => name)).toContain('service_dependency_active_connections');
  const logged = io.err().slice(before.length);
  expect(logged.match(/level=error/g)).toHaveLength(1);
  io.interrupt();
  expect(await running).toBe(0);
});

it('exits with code 1 and names its port if that is in use', async () => {
  const first = agent.run(argv(), io);
  const { host } = new URL(await served());
  const second = createIo();
  expect(await agent.run(argv('--web.listen-address', host), second)).toBe(1);
  expect(second.err()).toContain(`cannot listen on ${host} (--web.listen-address): address already in use`);
  io.interrupt();
  await first;
});

it('rejects an endpoint variable that is not a URL', async () => {
  const wrong = createIo({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' });
  await expect(agent.run(argv(), wrong)).rejects.toThrow(
    'invalid value for OTEL_EXPORTER_OTLP_ENDPOINT: "collector" (expected a URL such as http://127.0.0.1:4317)',
  );
});
