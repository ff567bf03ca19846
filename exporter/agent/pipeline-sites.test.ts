import { expect, it } from 'vitest';
import { createProcTree } from '../../test/fixtures/proc-tree.ts';
import type { Observation, Reading } from './capture/capture.ts';
import { parseRules } from './identify/rules.ts';
import { createPipeline } from './pipeline.ts';

const NETNS = 7;
const TCP = {
  netns: NETNS,
  transport: 'tcp',
  port: 80,
  localAddress: '10.0.0.1',
  open: 1,
  opened: 1,
} as const;

it('labels each endpoint with a site: of this host, of a rule, of a network', async () => {
  using proc = createProcTree({
    20: { comm: 'web\n', cmdline: 'web\0', exe: '/bin/web' },
    30: { comm: 'nginx\n', cmdline: 'nginx\0', exe: '/bin/nginx' },
  });
  const observations: Observation[] = [
    { ...TCP, id: '1', direction: 'outbound', pid: 20, remoteAddress: '10.2.0.1' },
    { ...TCP, id: '2', direction: 'inbound', pid: 30, remoteAddress: '10.9.0.1' },
    { ...TCP, id: '3', direction: 'inbound', pid: undefined, remoteAddress: '8.8.8.8' },
  ];
  const reading: Reading = {
    observations,
    listeners: [{ ...TCP, address: '10.0.0.1', pid: undefined, ipv6Only: false }],
    sockets: 4,
    namespaces: [{ netns: NETNS, pid: 30 }],
    hiddenProcesses: 0,
  };
  const pipeline = createPipeline({
    capture: { name: 'procfs', read: async () => reading, close() {} },
    ...{ procRoot: proc.root, host: 'h', edgeExpiration: 1000, clock: () => 5000 },
    site: 'fra-1',
    rules: parseRules([{ match: { executable: '/bin/nginx' }, service: 'edge', site: 'rack-3' }]),
    networks: [
      { cidr: '10.2.0.0/16', site: 'fra-2' },
      { cidr: '10.9.0.0/16', name: 'office', site: 'hq' },
    ],
  });
  await pipeline.runCycle();
  const sites = pipeline.edges().map(({ attributes }) => [attributes['src.site'], attributes['dst.site']]);
  expect(sites).toEqual([
    ['fra-1', 'fra-2'],
    ['hq', 'rack-3'],
    [undefined, 'fra-1'],
  ]);
  const listen = [...pipeline.families()].find(
    ({ definition }) => definition.name === 'service.dependency.listen',
  );
  expect(listen?.points.map(({ attributes }) => attributes['dst.site'])).toEqual(['fra-1']);
});
