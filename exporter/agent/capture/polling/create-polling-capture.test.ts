import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asUnprivilegedUser } from '../../../../test/fixtures/as-unprivileged-user.ts';
import { createProcTree, type ProcTree } from '../../../../test/fixtures/proc-tree.ts';
import { clientSocket, listener, serverSocket } from '../../../../test/fixtures/socket-rows.ts';
import { unixAccepted, unixClient, unixListener, unixRow } from '../../../../test/fixtures/unix-rows.ts';
import { FatalError } from '../../fatal-error.ts';
import type { NetworkNamespace } from '../../native/enter-namespace.ts';
import { createPollingCapture } from './create-polling-capture.ts';
import type { Socket } from './socket.ts';
import type { UnixSocket } from './unix-socket.ts';

const OWN = 1;
const OTHER = 2;
let proc: ProcTree;
/** The tables by namespace; an Error is thrown. */
let tables: Record<number, readonly Socket[] | Error>;
let unixTables: Record<number, readonly UnixSocket[]>;
let reads: NetworkNamespace[];
let onRead: () => void;

function create(netns: 'self' | 'all' = 'all') {
  const table = {
    read(namespace: NetworkNamespace) {
      reads.push(namespace);
      onRead();
      const rows = tables[namespace.netns] ?? [];
      if (rows instanceof Error) throw rows;
      return { sockets: rows, unix: unixTables[namespace.netns] ?? [] };
    },
    close() {},
  };
  return createPollingCapture('procfs', table, { procRoot: proc.root, netns });
}

beforeEach(() => {
  proc = createProcTree({
    self: { netns: OWN },
    1: { netns: OWN },
    20: { netns: OWN, fds: ['/dev/null', 'socket:[1]', 'socket:[2]'] },
    30: { netns: OTHER, fds: ['socket:[3]'] },
  });
  tables = { [OWN]: [listener(), serverSocket()], [OTHER]: [clientSocket()] };
  unixTables = {};
  reads = [];
  onRead = () => {};
});

afterEach(() => proc[Symbol.dispose]());

it('reads every namespace once, the agent’s own first, and finds the processes', async () => {
  const reading = await create().read();
  expect(reading.observations).toMatchObject([
    { netns: OWN, direction: 'inbound', pid: 20, port: 80 },
    { netns: OTHER, direction: 'outbound', pid: 30, port: 5432 },
  ]);
  expect(reading.listeners).toEqual([
    { netns: OWN, transport: 'tcp', address: '0.0.0.0', port: 80, pid: 20, ipv6Only: false },
  ]);
  expect(reading).toMatchObject({ sockets: 3, hiddenProcesses: 0 });
  expect(reading.namespaces.map(({ netns }) => netns)).toEqual([OWN, OTHER]);
  expect(reads.map(({ netns, isOwn }) => [netns, isOwn])).toEqual([
    [OWN, true],
    [OTHER, false],
  ]);
});

it('finds a process that was forked for a connection while the sockets were read', async () => {
  const capture = create();
  await capture.read();
  tables[OWN] = [listener(), serverSocket({ inode: 8 })];
  onRead = () => proc.start(25, { netns: OWN, fds: ['socket:[8]'] });
  expect((await capture.read()).observations[0]).toMatchObject({ pid: 25 });
});

it('reads only the agent’s own namespace if configured', async () => {
  const reading = await create('self').read();
  expect(reading.namespaces.map(({ netns }) => netns)).toEqual([OWN]);
  expect(reading.observations.map(({ netns }) => netns)).toEqual([OWN]);
});

it('reports a namespace that cannot be read, and continues with the others', async () => {
  tables[OTHER] = new Error('setns failed: EPERM');
  const reading = await create().read();
  expect(reading.namespaces).toEqual([
    expect.not.objectContaining({ skipped: expect.anything() }),
    { netns: OTHER, pid: 30, skipped: 'setns failed: EPERM' },
  ]);
  expect(reading.observations.map(({ netns }) => netns)).toEqual([OWN]);
});

it('counts nothing twice when a namespace could not be read for a while', async () => {
  const capture = create();
  tables[OTHER] = [];
  await capture.read();
  tables[OTHER] = [clientSocket({ transmittedBytes: 500 })];
  const [before] = (await capture.read()).observations.filter(({ netns }) => netns === OTHER);
  tables[OTHER] = new Error('ENOENT');
  await capture.read();
  await capture.read();
  tables[OTHER] = [clientSocket({ transmittedBytes: 600 })];
  const [after] = (await capture.read()).observations.filter(({ netns }) => netns === OTHER);
  expect(after).toEqual({ ...before, transmittedBytes: 600 });
});

it('rejects when the agent’s own namespace cannot be read, and continues later', async () => {
  const capture = create();
  const [before] = (await capture.read()).observations;
  tables[OWN] = new Error('EACCES');
  await expect(capture.read()).rejects.toThrow('cannot read sockets: EACCES');
  tables[OWN] = [listener(), serverSocket()];
  expect((await capture.read()).observations[0]).toEqual(before);
});

it('rejects when there is no namespace to read', async () => {
  proc[Symbol.dispose]();
  proc = createProcTree({ 20: { comm: 'app' } });
  await expect(create('self').read()).rejects.toThrow();
  await expect(create('all').read()).rejects.toThrow();
});

it('rejects when the proc root does not exist', async () => {
  proc[Symbol.dispose]();
  await expect(create().read()).rejects.toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

it('rejects with a fatal error from any namespace', async () => {
  const fatal = new FatalError('stranded', 'ERR_STRANDED');
  tables[OTHER] = fatal;
  await expect(create().read()).rejects.toBe(fatal);
});

it('determines the client when the server closed its listener right after accepting', async () => {
  const capture = create('self');
  tables[OWN] = [listener()];
  await capture.read();
  tables[OWN] = [serverSocket()];
  expect((await capture.read()).observations).toMatchObject([{ direction: 'inbound', port: 80 }]);
});

it.each([
  ['accepts IPv4, too', [listener({ localAddress: '::' })], [false]],
  ['refuses IPv4', [listener({ localAddress: '::', ipv6Only: true })], [true]],
  [
    'leaves IPv4 to another listener',
    [listener({ localAddress: '::' }), listener({ inode: 4 })],
    [true, false],
  ],
])('a listener on :: that %s', async (_title, rows, ipv6Only) => {
  tables[OWN] = rows;
  const { listeners } = await create('self').read();
  expect(listeners.map((listener) => listener.ipv6Only)).toEqual(ipv6Only);
});

it('keeps the process of a connection after its exit', async () => {
  const capture = create();
  await capture.read();
  proc.exit(20);
  const reading = await capture.read();
  expect(reading.observations.find(({ netns }) => netns === OWN)?.pid).toBe(20);
  expect(reading.listeners[0]?.pid).toBeUndefined();
});

it.each([
  ['fd', ['fd'], [OWN, OTHER]],
  ['ns', ['ns'], [OWN]],
  ['both', ['fd', 'ns'], [OWN]],
])('counts a process that cannot be inspected once: %s', async (_title, folders, namespaces) => {
  chmodSync(proc.root, 0o755);
  for (const folder of folders) chmodSync(`${proc.root}/30/${folder}`, 0);
  const reading = await asUnprivilegedUser(() => create().read());
  expect(reading.hiddenProcesses).toBe(1);
  expect(reading.namespaces.map(({ netns }) => netns)).toEqual(namespaces);
});

it('finds the namespaces and processes that appear later', async () => {
  const capture = create();
  await capture.read();
  tables[3] = [clientSocket({ inode: 9 })];
  proc.start(40, { netns: 3, fds: ['socket:[9]'] });
  const reading = await capture.read();
  expect(reading.observations.find(({ netns }) => netns === 3)).toMatchObject({ pid: 40, opened: 1 });
});

describe('Unix sockets', () => {
  beforeEach(() => {
    tables = { [OWN]: [], [OTHER]: [] };
    proc.start(20, { netns: OWN, fds: ['socket:[10]', 'socket:[21]'] });
    proc.start(30, { netns: OTHER, fds: ['socket:[20]'] });
  });

  it('pair a client with a listener in another namespace, and find both processes', async () => {
    unixTables = { [OWN]: [unixListener()], [OTHER]: [unixClient(), unixAccepted()] };
    const reading = await create().read();
    expect(reading.observations).toMatchObject([
      { netns: OTHER, transport: 'unix', remoteAddress: '/run/app.sock', pid: 30, remotePid: 20, open: 1 },
    ]);
    expect(reading.listeners).toEqual([
      { netns: OWN, transport: 'unix', address: '/run/app.sock', port: 0, pid: 20, ipv6Only: false },
    ]);
    expect(reading.sockets).toBe(3);
  });

  it('that are not needed cause no scan of the processes', async () => {
    unixTables = { [OWN]: [unixRow(40, { peer: 41 }), unixRow(41, { peer: 40 }), unixAccepted({ peer: 0 })] };
    chmodSync(proc.root, 0o755);
    chmodSync(`${proc.root}/30/fd`, 0);
    const { hiddenProcesses } = await asUnprivilegedUser(() => create('self').read());
    expect(hiddenProcesses).toBe(0);
    unixTables[OWN] = [unixListener({ inode: 99 })];
    const scanned = await asUnprivilegedUser(() => create('self').read());
    expect(scanned.hiddenProcesses).toBe(1);
  });
});
