import { rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProcTree } from '../../../../test/fixtures/proc-tree.ts';
import { createProcfsTable } from './socket-table.ts';

const namespace = { netns: 1, pid: 42, isOwn: false };

it('reads the five files through a process of the namespace', () => {
  const { sockets, unix } = createProcfsTable('test/fixtures/proc').read(namespace);
  expect(unix).toHaveLength(2);
  expect(sockets).toHaveLength(17);
  expect(sockets.filter(({ transport }) => transport === 'udp')).toHaveLength(5);
  expect(sockets.every((socket) => socket.transmittedBytes === undefined)).toBe(true);
});

it('works without IPv6 and Unix sockets, but not without IPv4', () => {
  using proc = createProcTree({ 42: { net: { tcp: 'header\n', udp: 'header\n' } } });
  expect(createProcfsTable(proc.root).read(namespace)).toEqual({ sockets: [], unix: [] });
  rmSync(`${proc.root}/42/net/tcp`);
  expect(() => createProcfsTable(proc.root).read(namespace)).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});

it('rejects a file that is not a socket table', () => {
  using proc = createProcTree({ 42: { net: { tcp: 'header\n', udp: 'header\n' } } });
  writeFileSync(`${proc.root}/42/net/tcp6`, 'header\nsomething else\n');
  expect(() => createProcfsTable(proc.root).read(namespace)).toThrow(
    expect.objectContaining({ code: 'ERR_MALFORMED_PROC_NET' }),
  );
});
