/** The number of series stays bounded, and the sums exact, whatever the network and the processes do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../test/fixtures/proc-tree.ts';
import { processFiles } from '../../test/fixtures/process-files.ts';
import { parseSeries } from '../../test/harness/text-page.ts';
import type { Observation, Reading } from './capture/capture.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';

const NETNS = 7;
const INTERVAL = 2000;
const MINUTE = 60_000;
const EDGE_EXPIRATION = 5 * MINUTE;
const LIMIT = 500;
const CLIENTS = 10_000;

let proc: ProcTree;
let reading: Reading;
let now: number;
let pipeline: Pipeline;

beforeEach(() => {
  now = 1_700_000_000_000;
  proc = createProcTree({
    1: { comm: 'init\n', cmdline: 'init\0' },
    30: { comm: 'nginx\n', cmdline: 'nginx: master process\0', exe: '/usr/sbin/nginx', parent: 1 },
  });
  pipeline = create();
});
afterEach(() => proc[Symbol.dispose]());

function create(options: Partial<PipelineOptions> = {}): Pipeline {
  const capture = { name: 'procfs' as const, read: async () => reading, close() {} };
  const host = { procRoot: proc.root, host: 'h', edgeExpiration: EDGE_EXPIRATION, clock: () => now };
  return createPipeline({ capture, ...host, ...options });
}

/** Runs one cycle, and waits for the next. */
async function runCycle(
  observations: readonly Observation[],
  more: Partial<Reading> = {},
  interval = INTERVAL,
): Promise<void> {
  const namespaces = [{ netns: NETNS, pid: 1 }];
  const sockets = observations.length;
  reading = { observations, listeners: [], sockets, namespaces, hiddenProcesses: 0, ...more };
  await pipeline.runCycle();
  now += interval;
}

let ids = 0;

/** A closed connection to nginx, with all that a capture may count. */
function visit(fields: Partial<Observation> = {}): Observation {
  ids++;
  return {
    ...{ id: `${ids}`, netns: NETNS, transport: 'tcp', direction: 'inbound', port: 443, pid: 30 },
    ...{ localAddress: '203.0.113.1', remoteAddress: '8.8.8.8', open: 0, opened: 1 },
    ...{
      transmittedBytes: 1000,
      receivedBytes: 100,
      retransmits: 1,
      rtt: 0.1,
      failed: [1, 0, 0, 1, 0, 0, 0],
    },
    ...fields,
  };
}

const address = (network: number, at: number) => `${network}.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
const page = () => [...prometheusText(pipeline.families(), {})].join('');
const seriesOf = (service: string) =>
  page()
    .split('\n')
    .filter((line) => line.startsWith('service_') && line.includes(`_service="${service}"`));
const sum = (metric: string) => parseSeries(page(), metric).reduce((total, { value }) => total + value, 0);
const edges = () => pipeline.edges().map(({ attributes }) => attributes);
const folded = (reason: string) =>
  parseSeries(page(), 'musubi_connections_folded_total').find(({ labels }) => labels.reason === reason)
    ?.value;

/** A minute of `clients` that each connect once, with addresses in `network`. */
async function connectAll(clients: number, network: number): Promise<void> {
  const cycles = MINUTE / INTERVAL;
  for (let i = 0; i < cycles; i++) {
    const [from, to] = [i, i + 1].map((at) => Math.round((clients * at) / cycles)) as [number, number];
    await runCycle(
      Array.from({ length: to - from }, (_, at) => visit({ remoteAddress: address(network, from + at) })),
    );
  }
}

describe('a web server', () => {
  it('of 10,000 clients on the internet in a minute has few series, and exact sums', async () => {
    await connectAll(CLIENTS, 20);
    expect(edges()).toMatchObject([
      { 'src.service': 'internet', 'src.kind': 'internet', 'dst.service': 'nginx', 'dst.port': 443 },
    ]);
    expect(edges()[0]).not.toHaveProperty('src.address');
    expect(seriesOf('nginx').length).toBeGreaterThan(0);
    expect(seriesOf('nginx').length).toBeLessThanOrEqual(300);
    expect(sum('service_dependency_connection_opened_total')).toBe(CLIENTS);
    expect(sum('service_dependency_connection_failed_total')).toBe(2 * CLIENTS);
    expect(sum('service_dependency_io_bytes_total')).toBe(CLIENTS * 1100);
    expect(folded('internet')).toBe(CLIENTS);
  });

  it('of as many in its own network has an edge for each of the first, and one for the others', async () => {
    await connectAll(CLIENTS, 10);
    expect(edges()).toHaveLength(LIMIT + 1);
    expect(edges().filter((edge) => edge['src.service'] === 'other')).toHaveLength(1);
    expect(sum('service_dependency_connection_opened_total')).toBe(CLIENTS);
    expect(folded('edge_limit')).toBe(CLIENTS - LIMIT);
  });

  it('has as many with `internet: keep`', async () => {
    pipeline = create({ internet: 'keep', maxEdges: 10 });
    await connectAll(1000, 20);
    expect(edges()).toHaveLength(11);
    expect(sum('service_dependency_connection_opened_total')).toBe(1000);
  });

  it('has few series although it connects to every port of every host', async () => {
    for (let i = 0; i < 10; i++) {
      const ports = Array.from({ length: 1000 }, (_, at) => 1 + 1000 * i + at);
      await runCycle(
        ports.map((port) =>
          visit({ direction: 'outbound', remoteAddress: address(20 + (port % 2), port), port }),
        ),
      );
    }
    expect(edges().length).toBeLessThanOrEqual(LIMIT + 17);
    expect(sum('service_dependency_connection_opened_total')).toBe(10_000);
  });
});

describe('a job every second with a new pid', () => {
  /** Long: two hours are few cycles then. */
  const CYCLE = 10_000;
  const isJob = (pid: number) => pid > 1000;
  const jobFiles = (pid: number) => (isJob(pid) ? processFiles('report') : undefined);
  let pid: number;
  /** Every set of labels that was ever exported. */
  let ever: Set<string>;

  async function run(duration: number): Promise<void> {
    for (const end = now + duration; now < end; ) {
      const jobs = Array.from({ length: CYCLE / 1000 }, () => ++pid).map((pid) =>
        visit({
          direction: 'outbound',
          pid,
          localAddress: '10.0.0.1',
          remoteAddress: '10.0.0.9',
          port: 5432,
        }),
      );
      await runCycle(jobs, { processOf: jobFiles }, CYCLE);
      for (const edge of edges()) ever.add(JSON.stringify(edge));
    }
  }

  beforeEach(() => {
    pid = 1000;
    ever = new Set();
  });

  it('has created as many series after two hours as after a minute', async () => {
    await run(MINUTE);
    const afterMinute = ever.size;
    expect(edges()).toHaveLength(9);
    await run(119 * MINUTE);
    expect(ever.size).toBe(afterMinute);
    // Those with a pid have expired, and none has replaced them.
    expect(edges()).toMatchObject([{ 'src.service': 'report', 'src.pid': 'many', 'dst.port': 5432 }]);
    expect(folded('pid_limit')).toBe(7200 - 8);
  });

  it('counts all of its connections before the first edge expires', async () => {
    await run(EDGE_EXPIRATION);
    expect(sum('service_dependency_connection_opened_total')).toBe(EDGE_EXPIRATION / 1000);
  });

  it('does not affect the pids of others', async () => {
    await run(MINUTE);
    await runCycle([visit({ remoteAddress: '10.0.0.9' })]);
    expect(edges()).toContainEqual(expect.objectContaining({ 'dst.service': 'nginx', 'dst.pid': 30 }));
  });
});

it('names the first of 5,000 programs that a shell runs, and folds the others', async () => {
  pipeline = create({ maxServices: 100 });
  for (let i = 0; i < 20; i++) {
    const jobs = Array.from({ length: 250 }, (_, at) =>
      visit({ direction: 'outbound', pid: 1000 + 250 * i + at, remoteAddress: '10.0.0.9', port: 5432 }),
    );
    const processOf = (pid: number) => (pid >= 1000 ? processFiles(`job-${pid}`) : undefined);
    await runCycle([visit({ remoteAddress: '10.0.0.9' }), ...jobs], { processOf });
  }
  expect(edges()).toHaveLength(102);
  expect(edges()).toContainEqual(expect.objectContaining({ 'dst.service': 'nginx', 'dst.pid': 30 }));
  expect(sum('service_dependency_connection_opened_total')).toBe(5020);
  expect(folded('service_limit')).toBe(4900);
});

it('reports 4 workers of nginx and 20 backends of PostgreSQL as one process each', async () => {
  const start = (leader: number, name: string, workers: number) => {
    const files = { comm: `${name}\n`, exe: `/usr/sbin/${name}` };
    proc.start(leader, { ...files, cmdline: `${name}\0`, parent: 1 });
    const pids = Array.from({ length: workers }, (_, i) => leader + 1 + i);
    for (const pid of pids)
      proc.start(pid, { ...files, cmdline: `${name}: worker ${pid}\0`, parent: leader });
    return pids;
  };
  const nginx = start(30, 'nginx', 4);
  const postgres = start(50, 'postgres', 20);
  for (let i = 0; i < 3; i++) {
    await runCycle([
      ...nginx.map((pid) => visit({ pid })),
      ...postgres.map((pid) => visit({ pid, port: 5432, remoteAddress: '10.0.0.9' })),
    ]);
  }
  expect(edges().map((edge) => [edge['dst.service'], edge['dst.pid']])).toEqual([
    ['nginx', 30],
    ['postgres', 50],
  ]);
  expect(sum('service_dependency_connection_opened_total')).toBe(3 * 24);
});

it('counts a hostile name once, and folds those beyond the limit', async () => {
  pipeline = create({ maxEdges: 5 });
  const names = [
    '@a\0b',
    '@a',
    '@"}',
    '@\u202egnp',
    '@<b>',
    ...Array.from({ length: 100 }, (_, i) => `@tmp-${i}`),
  ];
  for (let i = 0; i < 3; i++) {
    await runCycle(
      names.map((remoteAddress) =>
        visit({ transport: 'unix', direction: 'outbound', localAddress: '', remoteAddress, port: 0 }),
      ),
    );
  }
  const destinations = edges().map((edge) => edge['dst.address'] ?? edge['dst.service']);
  expect(destinations).toEqual([...names.slice(0, 5), 'other']);
  expect(sum('service_dependency_connection_opened_total')).toBe(3 * names.length);
});
