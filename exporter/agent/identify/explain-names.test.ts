import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import type { Listener } from '../capture/capture.ts';
import { explainNames, socketPids } from './explain-names.ts';
import { parseRules } from './rules.ts';
import type { Workload } from './workload.ts';

let proc: ProcTree;

const listener = (pid: number | undefined, port: number): Listener => ({
  ...{ netns: 7, transport: 'tcp', address: '::', port, pid, ipv6Only: false },
});

beforeEach(() => {
  const nginx = { comm: 'nginx\n', cgroup: '0::/system.slice/nginx.service\n' };
  proc = createProcTree({
    20: { ...nginx, cmdline: 'nginx: master\0', parent: 1 },
    21: { ...nginx, cmdline: 'nginx: worker\0', parent: 20 },
    22: { ...nginx, cmdline: 'nginx: worker\0', parent: 20 },
    30: { comm: 'redis-server\n', cmdline: 'redis-server\0' },
  });
});

afterEach(() => proc[Symbol.dispose]());

it('explains the name of each process, and of workers by their leader', async () => {
  const rules = parseRules([{ match: { port: 6379 }, service: 'cache', site: 'eu' }]);
  const listeners = [listener(30, 6379), listener(20, 443), listener(20, 80), listener(20, 80)];
  expect(await explainNames(proc.root, [22, 21, 20, 30, 99], listeners, { rules })).toEqual([
    {
      ...{ service: 'cache', step: 'rule', rule: 1, site: 'eu', kind: 'rule' },
      ...{ process: 'redis-server', pid: 30, ports: [6379] },
    },
    { service: 'nginx', step: 'unit', kind: 'process', process: 'nginx', pid: 20, ports: [80, 443] },
  ]);
});

it('lists no port for a Unix socket', async () => {
  const rules = parseRules([{ match: { executable: 'redis-.*' }, service: `cache-\${port}` }]);
  const socket: Listener = { ...listener(30, 0), transport: 'unix', address: '/run/redis.sock' };
  const rows = await explainNames(proc.root, [30], [socket, listener(30, 6379)], { rules });
  expect(rows).toMatchObject([{ service: 'cache-6379', ports: [6379] }]);
});

it('orders processes of the same service by pid', async () => {
  proc.start(25, { comm: 'redis-server\n', cmdline: 'redis-server\0' });
  const rows = await explainNames(proc.root, [30, 25, 20], [], { rules: [] });
  expect(rows.map(({ pid }) => pid)).toEqual([20, 25, 30]);
});

it('truncates a name as the agent does', async () => {
  const rules = parseRules([{ match: { port: 6379 }, service: 'x'.repeat(200) }]);
  const [row] = await explainNames(proc.root, [30], [listener(30, 6379)], { rules });
  expect(row?.service).toBe(`${'x'.repeat(127)}…`);
});

it('waits for the names of containers', async () => {
  let name: Workload | undefined;
  const workloads = {
    of: () => name,
    async refresh() {
      name = { kind: 'container', service: 'shop-cache', container: 'shop-cache-1' };
      return true;
    },
  };
  const rules = parseRules([{ match: { container: 'none' }, service: 'x' }]);
  expect(await explainNames(proc.root, [30], [], { rules, workloads })).toMatchObject([
    { service: 'shop-cache', step: 'container', kind: 'container', pid: 30 },
  ]);
});

it('finds the processes that have sockets', () => {
  const seen = {
    id: '1',
    netns: 7,
    transport: 'tcp',
    direction: 'outbound',
    port: 80,
    open: 1,
    opened: 1,
  } as const;
  const addresses = { localAddress: '10.0.0.1', remoteAddress: '10.0.0.2' };
  const observations = [
    { ...seen, ...addresses, pid: 21, remotePid: 22 },
    { ...seen, ...addresses, pid: undefined },
    { ...seen, ...addresses, pid: 20 },
  ];
  expect(socketPids({ listeners: [listener(20, 80), listener(undefined, 81)], observations })).toEqual([
    20, 21, 22,
  ]);
});
