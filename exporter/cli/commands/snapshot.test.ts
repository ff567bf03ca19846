import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIo } from '../../../test/fixtures/io.ts';
import type { ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createRecordedHost } from '../../../test/fixtures/recorded-host.ts';
import { snapshot } from './snapshot.ts';

let proc: ProcTree;
const argv = (...more: string[]) => [
  ...['--capture', 'procfs', '--proc-root', proc.root, '--duration', '1ms', '--host-name', 'host-a'],
  // Both would read the kernel of this machine.
  ...['--dns', 'off', '--nat', 'off'],
  ...more,
];

beforeEach(() => {
  proc = createRecordedHost();
});

afterEach(() => proc[Symbol.dispose]());

it('draws the dependencies of a recorded host', async () => {
  const io = createIo();
  expect(await snapshot.run(argv(), io)).toBe(0);
  expect(io.err()).toBe('');
  expect(io.out()).toMatchInlineSnapshot(`
    "shop (pid 42)
     ├─▶ shop (pid 42)  [::1]:7003/tcp      1 open
     ├─▶ shop (pid 42)  [::1]:7012/udp      1 open
     ├─▶ shop (pid 42)  127.0.0.1:7001/tcp  1 open
     ├─▶ shop (pid 42)  127.0.0.1:7004/tcp  1 open
     └─▶ shop (pid 42)  127.0.0.1:7011/udp  1 open
    "
  `);
});

it('prints them as JSON, with the names of the metric catalogue', async () => {
  const io = createIo();
  expect(await snapshot.run(argv('--json'), io)).toBe(0);
  const rows: Record<string, unknown>[] = JSON.parse(io.out());
  const edge = (direction: string, port: number) =>
    rows.filter((row) => row.direction === direction && row['dst.port'] === port);
  expect(edge('outbound', 7001)).toEqual([
    {
      direction: 'outbound',
      'network.transport': 'tcp',
      'src.service': 'shop',
      'src.process': 'shop',
      'src.pid': 42,
      'src.host': 'host-a',
      'src.address': '127.0.0.1',
      'src.kind': 'process',
      'dst.service': 'shop',
      'dst.process': 'shop',
      'dst.pid': 42,
      'dst.host': 'host-a',
      'dst.address': '127.0.0.1',
      'dst.kind': 'process',
      'dst.port': 7001,
      'service.dependency.active_connections': 1,
      'service.dependency.connection.opened': 0,
      'service.dependency.last_seen': expect.closeTo(Date.now() / 1000, -2),
      'service.dependency.start_time': expect.closeTo(Date.now() / 1000, -2),
    },
  ]);
  expect(edge('inbound', 7004)).toMatchObject([{ 'src.address': '127.0.0.1', 'dst.service': 'shop' }]);
  expect(edge('inbound', 7011)).toMatchObject([{ 'network.transport': 'udp' }]);
  // In TIME_WAIT since before the capture: neither open nor opened.
  expect(edge('outbound', 7002)).toEqual([]);
});

it('prints one line if there are no connections', async () => {
  proc.start(42, { comm: 'shop\n', netns: 7, net: { tcp: 'header\n', udp: 'header\n' } });
  const io = createIo();
  expect(await snapshot.run(argv(), io)).toBe(0);
  expect(io.out()).toBe('No connections observed.\n');
});

it('ends early when it is interrupted', async () => {
  const io = createIo();
  const running = snapshot.run(argv('--duration', '20d'), io);
  io.interrupt();
  expect(await running).toBe(0);
  expect(io.out()).toContain('shop (pid 42)');
});
