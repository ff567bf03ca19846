import { beforeEach, describe, expect, it } from 'vitest';
import type { Row, UnixConnectCount, UnixRow } from './layout.ts';
import { createUnixEdges, type UnixEdges } from './unix-edges.ts';
import { createUnixOwners } from './unix-owners.ts';

const PATH = '/run/app.sock';
const CLIENT = 20;
const SERVER = 10;
const VIEW = { mntns: 5, root: 'root' };

let edges: UnixEdges;
let rows: Row[];
let connects: UnixConnectCount[] | undefined;

beforeEach(() => {
  edges = createUnixEdges();
  rows = [listener()];
  connects = [];
});

const observe = () => observeIn(edges);
const observeIn = (some: UnixEdges) => some.observe(rows, createUnixOwners()(rows), connects);

function row(socket: string, fields: Partial<UnixRow>): UnixRow {
  const none = { peer: '', nameId: '', peerNameId: '', name: Buffer.alloc(0), listens: false };
  const listener = { listenerPid: SERVER, view: VIEW, exec: 3, started: fields.pid ?? CLIENT };
  return { kind: 'unix', netns: 1, pid: CLIENT, socket, inode: 1, ...none, ...listener, ...fields };
}

/** The server's listener; its name object is `app`. */
function listener(fields: Partial<UnixRow> = {}): UnixRow {
  const values = { pid: SERVER, listens: true, nameId: 'app', name: Buffer.from(PATH) };
  return row('listener', { ...values, ...fields });
}

/** Both sockets of a connection to it. */
function connection(socket: string, client: Partial<UnixRow> = {}, served: Partial<UnixRow> = {}): UnixRow[] {
  const name = { nameId: 'app', name: Buffer.from(PATH) };
  return [
    row(socket, { peer: `${socket}'`, peerNameId: 'app', ...client }),
    row(`${socket}'`, { peer: socket, pid: SERVER, ...name, ...served }),
  ];
}

const IMAGE = 5;

const attempts = (count: number, fields: Partial<UnixConnectCount> = {}): UnixConnectCount => ({
  ...{ netns: 1, pid: CLIENT, image: IMAGE, name: Buffer.from(PATH), count },
  ...{ listener: undefined, view: VIEW, ...fields },
});

/** Connections to a listener that the kernel shows. */
const connected = (count: number, fields: Partial<UnixConnectCount> = {}): UnixConnectCount =>
  attempts(count, { listener: { nameId: 'app', pid: SERVER }, view: { mntns: 0, root: '' }, ...fields });

const counts = () => observe().map(({ open, opened }) => ({ open, opened }));

describe('an open connection', () => {
  it('is reported once, by the client', () => {
    rows.push(...connection('a'));
    expect(observe()).toEqual([
      {
        ...{
          id: 'unix 1',
          netns: 1,
          transport: 'unix',
          direction: 'outbound',
          pid: CLIENT,
          remotePid: SERVER,
        },
        ...{ localAddress: '', remoteAddress: PATH, port: 0, image: undefined, open: 1, opened: 0 },
      },
    ]);
  });

  it('is reported together with others of its process to the same name', () => {
    rows.push(...connection('a'), ...connection('b'), ...connection('c', { pid: 21 }));
    expect(observe()).toMatchObject([
      { pid: CLIENT, open: 2 },
      { pid: 21, open: 1 },
    ]);
  });

  it('is reported even if its listener has closed', () => {
    rows = connection('a');
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 1 }]);
  });

  it('belongs to its listener until it is accepted', () => {
    rows.push(...connection('a').slice(0, 1));
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 1 }]);
  });

  it('of a client with a name is reported if there is a listener', () => {
    const pair = connection(
      'a',
      { nameId: 'client', name: Buffer.from('\0client') },
      { peerNameId: 'client' },
    );
    rows.push(...pair);
    expect(observe()).toMatchObject([{ pid: CLIENT, remoteAddress: PATH, open: 1 }]);
    rows = pair;
    expect(createUnixEdges().observe(rows, createUnixOwners()(rows), [])).toEqual([]);
  });

  it('is reported for its first process, for init only if there is no other', () => {
    const [client, served] = connection('a') as [UnixRow, UnixRow];
    const init = { pid: 1, started: 1, exec: 1 };
    rows.push(client, { ...client, pid: 30, started: 30 }, { ...served, ...init }, served);
    rows.push({ ...served, pid: 11, started: 11 });
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, open: 1 }]);
  });

  it('of an abstract name is reported with an @', () => {
    const name = Buffer.from('\0app');
    rows = [listener({ name }), ...connection('a', {}, { name })];
    expect(observe()).toMatchObject([{ remoteAddress: '@app' }]);
  });

  it('keeps its id, and is no longer reported once closed', () => {
    rows.push(...connection('a'));
    const [first] = observe();
    expect(observe()).toMatchObject([{ id: first?.id }]);
    rows = [listener()];
    expect(observe()).toEqual([]);
    rows.push(...connection('b'));
    const [later] = observe();
    expect(later?.id).not.toBe(first?.id);
  });
});

describe('attempts to connect', () => {
  it('count even if nothing is open any more', () => {
    connects = [attempts(3)];
    expect(observe()).toMatchObject([
      { pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 0, opened: 3 },
    ]);
    connects = [attempts(5)];
    expect(counts()).toEqual([{ open: 0, opened: 5 }]);
  });

  it('count once together with open connections', () => {
    connects = [attempts(2)];
    rows.push(...connection('a'), ...connection('b'));
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
  });

  it('never count without a listener, not even if there is one later', () => {
    rows = [];
    connects = [attempts(3)];
    expect(observe()).toEqual([]);
    rows = [listener()];
    connects = [attempts(3)];
    expect(counts()).toEqual([{ open: 0, opened: 0 }]);
    connects = [attempts(4)];
    expect(counts()).toEqual([{ open: 0, opened: 1 }]);
  });

  it('count if the listener has closed since the previous cycle, but not later', () => {
    observe();
    rows = [];
    connects = [attempts(2)];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    connects = [attempts(5)];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    rows = [listener()];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    connects = [attempts(6)];
    expect(counts()).toEqual([{ open: 0, opened: 3 }]);
  });

  it('count from zero if the kernel’s entry was removed and created again', () => {
    connects = [attempts(5)];
    observe();
    connects = [attempts(2)];
    expect(counts()).toEqual([{ open: 0, opened: 7 }]);
    connects = [attempts(3)];
    expect(counts()).toEqual([{ open: 0, opened: 8 }]);
  });

  it('count for a path in any network namespace, for an abstract name only in its own', () => {
    connects = [attempts(1, { netns: 2 })];
    expect(observe()).toMatchObject([{ netns: 2, opened: 1 }]);
    rows = [listener({ name: Buffer.from('\0app') })];
    connects = [attempts(1, { netns: 2, name: Buffer.from('\0app') })];
    expect(observeIn(createUnixEdges())).toEqual([]);
    connects = [attempts(1, { name: Buffer.from('\0app') })];
    expect(observeIn(createUnixEdges())).toMatchObject([{ remoteAddress: '@app', opened: 1 }]);
  });

  it.each([
    ['another mount namespace', { view: { ...VIEW, mntns: 6 } }],
    ['another root directory', { view: { ...VIEW, root: 'other' } }],
    ['another current directory', { name: Buffer.from('app.sock') }],
  ])('do not count for the same path in %s', (_where, fields) => {
    rows = [listener(), listener({ socket: 'relative', nameId: 'b', name: Buffer.from('app.sock') })];
    connects = [attempts(3, fields)];
    expect(observe()).toEqual([]);
  });

  it('count without a process if two of them listen under the name', () => {
    rows = [listener(), listener({ socket: 'new', nameId: 'b', pid: 11, listenerPid: 11 })];
    connects = [attempts(3)];
    const [edge, ...others] = observe();
    expect(edge).toMatchObject({ remoteAddress: PATH, open: 0, opened: 3 });
    expect(edge).not.toHaveProperty('remotePid');
    expect(others).toEqual([]);
  });

  it('are distinguished by process', () => {
    connects = [attempts(1), attempts(2, { pid: 21 })];
    expect(observe()).toMatchObject([
      { pid: CLIENT, opened: 1 },
      { pid: 21, opened: 2 },
    ]);
  });

  it('are distinguished by the image of a process before and after execve(2)', () => {
    connects = [attempts(4), attempts(1, { image: 6 })];
    expect(observe()).toMatchObject([
      { pid: CLIENT, image: IMAGE, opened: 4 },
      { pid: CLIENT, image: 6, opened: 1 },
    ]);
    expect(counts()).toEqual([
      { open: 0, opened: 4 },
      { open: 0, opened: 1 },
    ]);
  });

  it('give a process with an open connection its last image', () => {
    connects = [attempts(4)];
    rows.push(...connection('a'));
    expect(observe()).toMatchObject([{ image: IMAGE, open: 1, opened: 4 }]);
    for (const more of [[attempts(1, { image: 6 })], []]) {
      connects = [...more, ...connects];
      expect(observe()).toMatchObject([
        { image: 6, open: 1, opened: 1 },
        { image: IMAGE, open: 0, opened: 4 },
      ]);
    }
  });

  it('by another path to the same socket count when the connection is first seen', () => {
    observe();
    connects = [attempts(1, { name: Buffer.from('/var/run/app.sock') })];
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
  });
});

describe('connections to a listener that the kernel shows', () => {
  it('belong to it, and not to another one with the same name', () => {
    rows = [listener(), listener({ socket: 'other', nameId: 'b', pid: 11, listenerPid: 11 })];
    connects = [connected(3), connected(2, { pid: 21, listener: { nameId: 'b', pid: 11 } })];
    expect(observe()).toMatchObject([
      { pid: CLIENT, remotePid: SERVER, opened: 3 },
      { pid: 21, remotePid: 11, opened: 2 },
    ]);
  });

  it('of one process are distinguished by listener, together with the open ones', () => {
    const other = { nameId: 'b', name: Buffer.from(PATH) };
    rows = [
      listener(),
      listener({ socket: 'other', pid: 11, listenerPid: 11, ...other }),
      ...connection('a'),
      ...connection('b', { peerNameId: 'b', listenerPid: 11 }, { pid: 11, ...other }),
    ];
    connects = [connected(3), connected(2, { listener: { nameId: 'b', pid: 11 } })];
    expect(observe()).toMatchObject([
      { remotePid: SERVER, open: 1, opened: 3 },
      { remotePid: 11, open: 1, opened: 2 },
    ]);
  });

  it('are distinguished if the next listener reuses the memory of the name', () => {
    connects = [connected(3)];
    observe();
    rows = [listener({ pid: 11, listenerPid: 11 })];
    connects = [connected(4), connected(2, { listener: { nameId: 'app', pid: 11 } })];
    expect(observe()).toMatchObject([
      { remotePid: SERVER, opened: 4 },
      { remotePid: 11, opened: 2 },
    ]);
  });

  it('belong to the process that listened if no scan found the listener, unless that is init', () => {
    rows = [];
    connects = [connected(3), connected(1, { pid: 21, listener: { nameId: 'b', pid: 1 } })];
    const [edge, activated] = observe();
    expect(edge).toMatchObject({ remoteAddress: PATH, remotePid: SERVER, opened: 3 });
    expect(activated).toMatchObject({ pid: 21, opened: 1 });
    expect(activated).not.toHaveProperty('remotePid');
  });

  it('belong to the process that holds the listener now', () => {
    rows = [listener({ pid: 1 }), listener({ pid: 12, exec: 4 })];
    connects = [connected(3)];
    expect(observe()).toMatchObject([{ remotePid: 12, opened: 3 }]);
  });
});

describe('without attempts from the kernel', () => {
  beforeEach(() => {
    connects = undefined;
  });

  it('a connection counts when it is first seen', () => {
    observe();
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
    rows.push(...connection('b'));
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
  });

  it('a connection that predates the capture is only open', () => {
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 0 }]);
    expect(counts()).toEqual([{ open: 1, opened: 0 }]);
  });

  it('a connection counts even if its socket has the address of an earlier one', () => {
    rows.push(...connection('a'));
    observe();
    rows = [listener(), ...connection('a', { inode: 2 })];
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
  });
});

describe('the server process', () => {
  it('is the current one after the server was restarted', () => {
    connects = [attempts(1)];
    rows.push(...connection('a'));
    observe();
    rows = [listener({ pid: 11, listenerPid: 11 })];
    connects = [attempts(2)];
    expect(observe()).toMatchObject([{ remotePid: 11, open: 0, opened: 1 }]);
    rows.push(...connection('b', { listenerPid: 11 }, { pid: 11 }));
    expect(observe()).toMatchObject([{ remotePid: 11, open: 1, opened: 1 }]);
  });

  it('stays the same among several workers', () => {
    rows.push(...connection('a', {}, { pid: 12 }), ...connection('b', {}, { pid: 11 }));
    expect(observe()).toMatchObject([{ remotePid: 12, open: 2 }]);
    rows.reverse();
    expect(observe()).toMatchObject([{ remotePid: 12, open: 2 }]);
  });
});
