import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProcTree, type ProcTree } from '../../../../test/fixtures/proc-tree.ts';
import type { Capture } from '../capture.ts';
import { captureOf } from './create-ebpf-capture.ts';
import { createFakeProgram, type FakeProgram } from './fake-program.case.ts';
import { keyBytes } from './kernel-bytes.case.ts';
import type { ListenerRow, UnixRow } from './layout.ts';

const OWN = 1;
const OTHER = 2;
let proc: ProcTree;
let program: FakeProgram;

beforeEach(() => {
  proc = createProcTree({ self: { netns: OWN } });
  program = createFakeProgram();
});

afterEach(() => proc[Symbol.dispose]());

const create = (netns: 'self' | 'all' = 'all'): Capture => captureOf(program, { procRoot: proc.root, netns });

const listener = (fields: Partial<ListenerRow> = {}): ListenerRow => ({
  ...{
    kind: 'listener',
    netns: OWN,
    pid: 9,
    transport: 'tcp',
    ipv6Only: false,
    address: '0.0.0.0',
    port: 80,
  },
  ...{ image: 5, exec: 3, acceptor: 0, recordedPid: 9, started: 1, socket: 'l' },
  ...fields,
});

/** A client in this namespace and a server in the other, connected through a path. */
function unixAcross(): UnixRow[] {
  const name = Buffer.from('/run/app.sock');
  const view = { mntns: 5, root: 'root' };
  const socket = { kind: 'unix', listens: false, inode: 1, peer: '', nameId: '', peerNameId: '' } as const;
  const none = { ...socket, listenerPid: 30, view, exec: 3, started: 1 };
  return [
    { ...none, netns: OTHER, pid: 30, listens: true, socket: 'l', nameId: 'app', name },
    { ...none, netns: OWN, pid: 20, socket: 'c', peer: 's', peerNameId: 'app', name: Buffer.alloc(0) },
    { ...none, netns: OTHER, pid: 30, socket: 's', peer: 'c', nameId: 'app', name },
  ];
}

it('returns the counts of the kernel program and the listeners', async () => {
  program.write(keyBytes('inbound', { pid: 0 }), { opened: 1 });
  program.rows = [listener()];
  const pass = await create().read();
  expect(pass.observations).toMatchObject([
    { netns: OWN, direction: 'inbound', port: 80, pid: 9, opened: 1 },
  ]);
  expect(pass.listeners).toMatchObject([{ netns: OWN, port: 80, pid: 9 }]);
  expect(pass.hiddenProcesses).toBe(0);
});

describe('limited to its own namespace', () => {
  beforeEach(() => {
    for (const netns of [OWN, OTHER]) program.write(keyBytes('outbound', { netns }), { opened: netns });
    program.rows = [listener(), listener({ netns: OTHER, pid: 10, socket: 'other' })];
  });

  it('reports no other namespace', async () => {
    const pass = await create('self').read();
    expect(pass.observations).toMatchObject([{ netns: OWN }]);
    expect(pass.listeners).toMatchObject([{ netns: OWN }]);
    expect(pass.namespaces).toMatchObject([{ netns: OWN }]);
  });

  it('reports all namespaces without the limit', async () => {
    const pass = await create('all').read();
    expect(pass.observations).toMatchObject([{ netns: OWN }, { netns: OTHER }]);
    expect(pass.listeners).toMatchObject([{ netns: OWN }, { netns: OTHER }]);
  });

  it('reports folded records, which the kernel program keeps of this namespace only', async () => {
    program.writeFold(0, { opened: 3 });
    const { observations } = await create('self').read();
    expect(observations).toMatchObject([{ netns: OWN }, { folded: true, opened: 3 }]);
  });

  it('reports the server of a Unix socket in another namespace', async () => {
    program.rows = unixAcross();
    const { observations, listeners } = await create('self').read();
    expect(observations).toContainEqual(
      expect.objectContaining({ transport: 'unix', netns: OWN, pid: 20, remotePid: 30, open: 1 }),
    );
    expect(listeners).toEqual([]);
  });

  it('fails if its own namespace is not visible', async () => {
    proc.exit('self');
    await expect(create('self').read()).rejects.toThrow('no network namespace found');
    await expect(create('all').read()).resolves.toBeDefined();
  });
});

describe('the namespaces', () => {
  it('start with its own, each with a process that runs in it', async () => {
    const other = listener({ netns: OTHER, pid: 11, port: 81, socket: 'other' });
    program.rows = [listener({ netns: OTHER, pid: 10 }), other];
    program.write(keyBytes('outbound', { netns: 3, pid: 12 }), { opened: 1 });
    program.write(keyBytes('outbound', { netns: 4, pid: 0 }), { opened: 1 });
    const { namespaces } = await create().read();
    expect(namespaces).toEqual([
      { netns: OWN, pid: expect.any(Number) },
      { netns: OTHER, pid: 10 },
      { netns: 3, pid: 12 },
    ]);
  });

  it('are not entered through a process that only holds a socket in them', async () => {
    proc.start(10, { netns: OWN });
    proc.start(11, { netns: OTHER });
    const inOther = (pid: number, port: number) => listener({ netns: OTHER, pid, port });
    program.rows = [inOther(10, 53), inOther(10, 54), inOther(11, 80)];
    expect((await create().read()).namespaces.slice(1)).toEqual([{ netns: OTHER, pid: 11 }]);
  });
});

describe('the sockets', () => {
  it('are those seen since the previous cycle, including Unix sockets', async () => {
    program.state = { ...program.state, sockets: 100 };
    const capture = create();
    program.state = { ...program.state, sockets: 104 };
    program.rows = unixAcross();
    expect((await capture.read()).sockets).toBe(7);
    program.state = { ...program.state, sockets: 109 };
    program.rows = [listener()];
    expect((await capture.read()).sockets).toBe(5);
  });

  it('count once, even if several processes hold them', async () => {
    const [server] = unixAcross() as [UnixRow];
    program.rows = [server, { ...server, pid: 31 }];
    expect((await create().read()).sockets).toBe(1);
  });
});

it('reports the usage of the table and lost events', async () => {
  program.size = 100;
  program.state = { folded: 3, lost: 1, sockets: 0, traces: 0, isTracing: true, missed: 2 };
  program.write(keyBytes(), { open: 1 });
  program.writeFold(0, { opened: 3 });
  const { table } = await create().read();
  expect(table).toEqual({ used: 1, size: 100, folded: 3, missed: 3 });
});

it('passes on its traces, up to the last one when the counters had been read', async () => {
  program.state = { folded: 0, lost: 0, sockets: 0, traces: 7, isTracing: true, missed: 0 };
  const visit = vi.spyOn(program.traces, 'visit');
  const capture = create();
  const { traces } = await capture.read();
  expect(traces).toMatchObject({ upTo: 7, isTracing: true });
  expect((await capture.read()).traces?.log).toBe(traces?.log);
  traces?.log.visit(3, 7, { isWanted: () => true, begun() {}, closed() {}, lost() {} });
  expect(visit).toHaveBeenCalledWith(3, 7, expect.anything());
});

it('has no traces if connections are not traced', async () => {
  const capture = captureOf(program, { procRoot: proc.root, netns: 'all', traced: false });
  expect((await capture.read()).traces).toBeUndefined();
});

it('closes the kernel program', () => {
  create().close();
  expect(program.isClosed).toBe(true);
});
