import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../test/fixtures/proc-tree.ts';
import { processFiles } from '../../test/fixtures/process-files.ts';
import type { Capture, Observation, Reading } from './capture/capture.ts';
import type { CgroupWorkloads } from './identify/container/cgroup-workloads.ts';
import { parseRules } from './identify/rules.ts';
import type { Workload } from './identify/workload.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
import type { ProcessFiles } from './proc/process.ts';

const NETNS = 7;
let proc: ProcTree;
let reading: Reading | Error;
let now: number;
let pipeline: Pipeline;

function observation(fields: Partial<Observation> = {}): Observation {
  return {
    id: '1',
    netns: NETNS,
    transport: 'tcp',
    direction: 'outbound',
    localAddress: '127.0.0.1',
    remoteAddress: '127.0.0.1',
    port: 80,
    pid: 20,
    open: 1,
    opened: 1,
    ...fields,
  };
}

function seen(...observations: Observation[]): Reading {
  return {
    observations,
    listeners: [{ netns: NETNS, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 30, ipv6Only: false }],
    sockets: observations.length + 1,
    namespaces: [{ netns: NETNS, pid: 30 }],
    hiddenProcesses: 0,
  };
}

beforeEach(() => {
  proc = createProcTree({
    20: { comm: 'python3\n', cmdline: 'python3\0/srv/billing.py\0' },
    30: { comm: 'nginx\n', cmdline: 'nginx\0', net: { fib_trie: '  |-- 10.1.2.3\n     /32 host LOCAL\n' } },
  });
  now = 5000;
  reading = seen(observation());
  start();
});

function start(options: Partial<PipelineOptions> = {}): void {
  const capture: Capture = {
    name: 'procfs',
    async read() {
      if (reading instanceof Error) throw reading;
      return reading;
    },
    close() {},
  };
  pipeline = createPipeline({
    capture,
    procRoot: proc.root,
    host: 'h',
    edgeExpiration: 1000,
    clock: () => now,
    ...options,
  });
}

afterEach(() => proc[Symbol.dispose]());

const points = (name: string) =>
  [...pipeline.families()].find(({ definition }) => definition.name === name)?.points ?? [];

describe('a collection cycle', () => {
  it('names client and server of a loopback connection', async () => {
    await pipeline.runCycle();
    expect(pipeline.edges().map(({ attributes }) => attributes)).toEqual([
      {
        direction: 'outbound',
        'network.transport': 'tcp',
        'src.service': 'billing',
        'src.process': 'python3',
        'src.pid': 20,
        'src.host': 'h',
        'src.address': '127.0.0.1',
        'src.kind': 'process',
        'dst.service': 'nginx',
        'dst.process': 'nginx',
        'dst.pid': 30,
        'dst.host': 'h',
        'dst.address': '127.0.0.1',
        'dst.kind': 'process',
        'dst.port': 80,
      },
    ]);
  });

  it('names a new container in the same cycle', async () => {
    proc.start(20, { comm: 'python3\n', cmdline: 'python3\0/srv/billing.py\0', cgroup: '0::/in\n' });
    let fetched: Workload | undefined;
    const workloads: CgroupWorkloads = {
      of: (cgroup) => (cgroup === '0::/in\n' ? fetched : undefined),
      async refresh() {
        const isNew = fetched === undefined;
        fetched ??= { kind: 'container', service: 'shop' };
        return isNew;
      },
    };
    start({ workloads });
    for (let cycles = 0; cycles < 2; cycles++) await pipeline.runCycle();
    expect(pipeline.edges().map(({ attributes }) => attributes)).toMatchObject([
      { 'src.service': 'shop', 'src.kind': 'container', 'dst.service': 'nginx', 'dst.kind': 'process' },
    ]);
  });

  it('reports where a wildcard listener can be reached from other hosts', async () => {
    await pipeline.runCycle();
    const addresses = points('service.dependency.listen').map(({ attributes }) => attributes['dst.address']);
    expect(addresses).toEqual(['0.0.0.0', '10.1.2.3']);
  });

  it('reports a listener on a virtual IP once its network namespace has the address', async () => {
    const at = {
      netns: NETNS,
      transport: 'tcp',
      address: '10.1.2.99',
      port: 81,
      pid: 30,
      ipv6Only: false,
    } as const;
    reading = { ...seen(), listeners: [at] };
    await pipeline.runCycle();
    expect(points('service.dependency.listen')).toEqual([]);
    const fibTrie = '  |-- 10.1.2.3\n     /32 host LOCAL\n  |-- 10.1.2.99\n     /32 host LOCAL\n';
    proc.start(30, { comm: 'nginx\n', cmdline: 'nginx\0', net: { fib_trie: fibTrie } });
    now += 1000;
    await pipeline.runCycle();
    expect(points('service.dependency.listen').map(({ attributes }) => attributes)).toMatchObject([
      { 'dst.service': 'nginx', 'dst.address': '10.1.2.99' },
    ]);
  });

  it('continues counts from cycle to cycle, until the edge expires', async () => {
    await pipeline.runCycle();
    reading = seen(observation(), observation({ id: '2' }));
    await pipeline.runCycle();
    expect(pipeline.edges()).toMatchObject([{ open: 2, opened: 2 }]);
    reading = seen();
    now += 1000;
    await pipeline.runCycle();
    expect(pipeline.edges()).toMatchObject([{ open: 0, opened: 2 }]);
    now += 1;
    await pipeline.runCycle();
    expect(pipeline.edges()).toEqual([]);
  });

  it('keeps the name of a process that has ended while its connection is observed', async () => {
    await pipeline.runCycle();
    proc.exit(20);
    for (let i = 0; i < 3; i++) await pipeline.runCycle();
    expect(pipeline.edges().map(({ attributes }) => attributes['src.service'])).toEqual(['billing']);
  });

  it('names client and server of a Unix socket, even of processes that ended before the cycle', async () => {
    const kept: Record<number, ProcessFiles> = { 40: processFiles('psql'), 41: processFiles('postgres') };
    const socket = { transport: 'unix', port: 0, localAddress: '', remoteAddress: '/run/db' } as const;
    reading = {
      ...seen(observation({ ...socket, pid: 40, remotePid: 41, open: 0 })),
      processOf: (pid) => kept[pid],
    };
    await pipeline.runCycle();
    expect(pipeline.edges()).toMatchObject([
      {
        attributes: { 'src.service': 'psql', 'dst.service': 'postgres', 'dst.address': '/run/db' },
        opened: 1,
      },
    ]);
  });

  it('exports an edge whose connections all failed', async () => {
    reading = seen(observation({ open: 0, opened: 0, failed: [0, 2, 0, 0, 0, 0, 0] }));
    await pipeline.runCycle();
    expect(pipeline.edges()).toMatchObject([{ open: 0, opened: 0 }]);
    expect(points('service.dependency.connection.failed')).toMatchObject([
      { value: 2, attributes: { 'src.service': 'billing' }, more: { 'error.type': 'timeout' } },
    ]);
  });

  it('names a process again once it has executed another program', async () => {
    await pipeline.runCycle();
    proc.start(20, { comm: 'nginx\n', cmdline: 'nginx\0' });
    await pipeline.runCycle();
    const open = pipeline.edges().map(({ attributes, open }) => [attributes['src.service'], open]);
    expect(open).toEqual([
      ['billing', 0],
      ['nginx', 1],
    ]);
  });

  it('leaves the known edges if it fails', async () => {
    await pipeline.runCycle();
    reading = new Error('EACCES');
    await expect(pipeline.runCycle()).rejects.toThrow('EACCES');
    expect(pipeline.edges()).toMatchObject([{ open: 1 }]);
    expect(points('service.dependency.listen')).toHaveLength(2);
    expect(points('musubi.collection.cycles')).toMatchObject([{ value: 2 }]);
    expect(points('musubi.collection.cycles.failed')).toMatchObject([{ value: 1 }]);
  });

  it('exports its own metrics', async () => {
    reading = {
      ...seen(
        observation(),
        observation({ id: '2', pid: undefined }),
        observation({ id: '3', open: 0, pid: undefined }),
      ),
      namespaces: [
        { netns: NETNS, pid: 30 },
        { netns: 8, pid: 40, skipped: 'EPERM' },
      ],
    };
    await pipeline.runCycle();
    const value = (name: string) => points(name).map((point) => point.value);
    expect(value('musubi.sockets')).toEqual([4]);
    expect(value('musubi.sockets.unattributed')).toEqual([1]);
    expect(value('musubi.network.namespaces')).toEqual([1, 1]);
    expect(value('musubi.edges')).toEqual([pipeline.edges().length]);
    expect(points('musubi.capture.info')[0]?.attributes).toMatchObject({ capture: 'procfs' });
    expect(points('musubi.stage.duration').map(({ attributes }) => attributes.stage)).toEqual([
      'capture',
      'nat',
      'aggregate',
      'identify',
      'pair',
      'forwarders',
      'resolve',
      'limit',
      'accumulate',
    ]);
  });

  it('exports the state of the capture’s table, if there is one', async () => {
    const values = () =>
      [...pipeline.families()]
        .filter(({ definition: { name } }) => /capture\.(table|connections|events)/.test(name))
        .map(({ definition: { name }, points }) => [name, ...points.map(({ value }) => value)]);
    await pipeline.runCycle();
    expect(values()).toEqual([]);
    reading = { ...seen(), table: { used: 3, size: 16, folded: 5, missed: 0 } };
    await pipeline.runCycle();
    expect(values()).toEqual([
      ['musubi.capture.table.entries', 3],
      ['musubi.capture.table.entries.limit', 16],
      ['musubi.capture.connections.folded', 5],
      ['musubi.capture.events.missed', 0],
    ]);
  });

  it('names a remote endpoint by the DNS response before its connection, and exports the health of DNS', async () => {
    const names = new Map<string, string>();
    const health = {
      observed: 1,
      skipped: 0,
      denied: 7,
      responses: 2,
      queueFull: 3,
      malformed: 4,
      addresses: 5,
      evicted: 6,
    };
    start({
      dns: {
        readResponses: ({ observations }) => names.set(observations[0]?.remoteAddress ?? '', 'api.test'),
        queriedName: (address) => names.get(address),
        reverseName: () => undefined,
        health,
        close() {},
      },
    });
    reading = seen(observation({ remoteAddress: '8.8.8.8', port: 443 }));
    await pipeline.runCycle();
    expect(pipeline.edges().map(({ attributes }) => attributes['dst.service'])).toEqual(['api.test']);
    const values = [...pipeline.families()]
      .filter(({ definition: { name } }) => name.startsWith('musubi.dns.'))
      .flatMap(({ definition: { name }, points }) =>
        points.map(({ value, attributes }) => [name, ...Object.values(attributes), value].join(' ')),
      );
    expect(values).toEqual([
      'musubi.dns.servers observed 1',
      'musubi.dns.servers skipped 0',
      'musubi.dns.servers denied 7',
      'musubi.dns.responses 2',
      'musubi.dns.responses.dropped queue_full 3',
      'musubi.dns.responses.dropped malformed 4',
      'musubi.dns.addresses 5',
      'musubi.dns.addresses.evicted 6',
    ]);
  });

  it('counts no byte twice after a namespace could not be read', async () => {
    reading = seen(observation({ transmittedBytes: 100 }));
    await pipeline.runCycle();
    reading = { ...seen(), namespaces: [{ netns: NETNS, pid: 30, skipped: 'ENOENT' }] };
    await pipeline.runCycle();
    reading = seen(observation({ transmittedBytes: 101 }));
    await pipeline.runCycle();
    expect(pipeline.edges()).toMatchObject([{ opened: 1, transmittedBytes: 101 }]);
  });
});

it('follows a change of the host name', async () => {
  let name = 'localhost';
  start({ host: () => name });
  await pipeline.runCycle();
  name = 'web-1';
  reading = seen(observation({ opened: 3 }));
  await pipeline.runCycle();
  const hosts = pipeline.edges().map(({ attributes, opened }) => [attributes['src.host'], opened]);
  expect(hosts).toEqual([
    ['localhost', 1],
    ['web-1', 2],
  ]);
  const listening = points('service.dependency.listen').map(({ attributes }) => attributes['dst.host']);
  expect(new Set(listening)).toEqual(new Set(['web-1']));
});

it('names the listener on a port by the user’s rule, and labels it with its site', async () => {
  const rules = parseRules([{ match: { port: 80 }, service: 'front', site: 'edge-7' }]);
  start({ rules });
  await pipeline.runCycle();
  expect(pipeline.edges().map(({ attributes }) => attributes)).toMatchObject([
    {
      ...{ 'src.service': 'billing', 'src.kind': 'process' },
      ...{ 'dst.service': 'front', 'dst.kind': 'rule', 'dst.site': 'edge-7' },
    },
  ]);
});
