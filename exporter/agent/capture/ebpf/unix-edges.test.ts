import { beforeEach, describe, expect, it } from 'vitest';
import type { Row, UnixConnectCount, UnixRow } from './layout.ts';
import { createUnixEdges, type UnixEdges } from './unix-edges.ts';

const PATH = '/run/app.sock';
const CLIENT = 20;
const SERVER = 10;

let ends: UnixEdges;
let rows: Row[];
let asks: UnixConnectCount[] | undefined;

beforeEach(() => {
  ends = createUnixEdges();
  rows = [listener()];
  asks = [];
});

const observe = () => ends.observe(rows, asks);

function row(socket: string, fields: Partial<UnixRow>): UnixRow {
  const none = { peer: '', nameId: '', peerNameId: '', name: Buffer.alloc(0), listens: false };
  return { kind: 'unix', netns: 1, pid: CLIENT, socket, inode: 1, ...none, ...fields };
}

/** The server listens; its name object is `app`. */
function listener(fields: Partial<UnixRow> = {}): UnixRow {
  const values = { pid: SERVER, listens: true, nameId: 'app', name: Buffer.from(PATH) };
  return row('listener', { ...values, ...fields });
}

/** Both ends of a connection to it. */
function connection(socket: string, client: Partial<UnixRow> = {}, served: Partial<UnixRow> = {}): UnixRow[] {
  const name = { nameId: 'app', name: Buffer.from(PATH) };
  return [
    row(socket, { peer: `${socket}'`, peerNameId: 'app', ...client }),
    row(`${socket}'`, { peer: socket, pid: SERVER, ...name, ...served }),
  ];
}

const IMAGE = 5;

const ask = (count: number, fields: Partial<UnixConnectCount> = {}): UnixConnectCount => ({
  ...{ netns: 1, pid: CLIENT, image: IMAGE, name: Buffer.from(PATH), count, ...fields },
});

const counts = () => observe().map(({ open, opened }) => ({ open, opened }));

describe('an open connection', () => {
  it('is told once, by the end that asked', () => {
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

  it('is told with the others of its process to the same name', () => {
    rows.push(...connection('a'), ...connection('b'), ...connection('c', { pid: 21 }));
    expect(observe()).toMatchObject([
      { pid: CLIENT, open: 2 },
      { pid: 21, open: 1 },
    ]);
  });

  it('is told though its listener is gone', () => {
    rows = connection('a');
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 1 }]);
  });

  it('is its listener’s while nobody has accepted it', () => {
    rows.push(...connection('a').slice(0, 1));
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 1 }]);
  });

  it('of a client with a name is told where someone listens', () => {
    const pair = connection(
      'a',
      { nameId: 'client', name: Buffer.from('\0client') },
      { peerNameId: 'client' },
    );
    rows.push(...pair);
    expect(observe()).toMatchObject([{ pid: CLIENT, remoteAddress: PATH, open: 1 }]);
    rows = pair;
    expect(createUnixEdges().observe(rows, [])).toEqual([]);
  });

  it('is told by its first holder, but init only where there is no other', () => {
    const [client, served] = connection('a') as [UnixRow, UnixRow];
    rows.push(client, { ...client, pid: 30 }, { ...served, pid: 1 }, served, { ...served, pid: 11 });
    expect(observe()).toMatchObject([{ pid: CLIENT, remotePid: SERVER, open: 1 }]);
  });

  it('of an abstract name is told with an @', () => {
    const name = Buffer.from('\0app');
    rows = [listener({ name }), ...connection('a', {}, { name })];
    expect(observe()).toMatchObject([{ remoteAddress: '@app' }]);
  });

  it('keeps its id, and is told no more once it is over', () => {
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

describe('calls of connect(2)', () => {
  it('count, though nothing is open any more', () => {
    asks = [ask(3)];
    expect(observe()).toMatchObject([
      { pid: CLIENT, remotePid: SERVER, remoteAddress: PATH, open: 0, opened: 3 },
    ]);
    asks = [ask(5)];
    expect(counts()).toEqual([{ open: 0, opened: 5 }]);
  });

  it('count once for what is open too', () => {
    asks = [ask(2)];
    rows.push(...connection('a'), ...connection('b'));
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
  });

  it('never count where nobody listened, not even once someone does', () => {
    rows = [];
    asks = [ask(3)];
    expect(observe()).toEqual([]);
    rows = [listener()];
    asks = [ask(3)];
    expect(counts()).toEqual([{ open: 0, opened: 0 }]);
    asks = [ask(4)];
    expect(counts()).toEqual([{ open: 0, opened: 1 }]);
  });

  it('count where the listener has gone since the last pass, and no later', () => {
    observe();
    rows = [];
    asks = [ask(2)];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    asks = [ask(5)];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    rows = [listener()];
    expect(counts()).toEqual([{ open: 0, opened: 2 }]);
    asks = [ask(6)];
    expect(counts()).toEqual([{ open: 0, opened: 3 }]);
  });

  it('count from nothing where the kernel has dropped its entry and made it anew', () => {
    asks = [ask(5)];
    observe();
    asks = [ask(2)];
    expect(counts()).toEqual([{ open: 0, opened: 7 }]);
    asks = [ask(3)];
    expect(counts()).toEqual([{ open: 0, opened: 8 }]);
  });

  it('count on a path in whatever namespace, on an abstract name in its own', () => {
    asks = [ask(1, { netns: 2 })];
    expect(observe()).toMatchObject([{ netns: 2, opened: 1 }]);
    rows = [listener({ name: Buffer.from('\0app') })];
    asks = [ask(1, { netns: 2, name: Buffer.from('\0app') })];
    expect(createUnixEdges().observe(rows, asks)).toEqual([]);
    asks = [ask(1, { name: Buffer.from('\0app') })];
    expect(createUnixEdges().observe(rows, asks)).toMatchObject([{ remoteAddress: '@app', opened: 1 }]);
  });

  it('are told apart by process', () => {
    asks = [ask(1), ask(2, { pid: 21 })];
    expect(observe()).toMatchObject([
      { pid: CLIENT, opened: 1 },
      { pid: 21, opened: 2 },
    ]);
  });

  it('are told apart by what a process was before it called execve(2)', () => {
    asks = [ask(4), ask(1, { image: 6 })];
    expect(observe()).toMatchObject([
      { pid: CLIENT, image: IMAGE, opened: 4 },
      { pid: CLIENT, image: 6, opened: 1 },
    ]);
    expect(counts()).toEqual([
      { open: 0, opened: 4 },
      { open: 0, opened: 1 },
    ]);
  });

  it('tell what a process is that has a connection open, which is what it was last', () => {
    asks = [ask(4)];
    rows.push(...connection('a'));
    expect(observe()).toMatchObject([{ image: IMAGE, open: 1, opened: 4 }]);
    for (const more of [[ask(1, { image: 6 })], []]) {
      asks = [...more, ...asks];
      expect(observe()).toMatchObject([
        { image: 6, open: 1, opened: 1 },
        { image: IMAGE, open: 0, opened: 4 },
      ]);
    }
  });

  it('by another path to the same socket count when the connection is met', () => {
    observe();
    asks = [ask(1, { name: Buffer.from('/var/run/app.sock') })];
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
  });
});

describe('where the kernel tells no calls', () => {
  beforeEach(() => {
    asks = undefined;
  });

  it('a connection counts when it is first met', () => {
    observe();
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
    rows.push(...connection('b'));
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
    expect(counts()).toEqual([{ open: 2, opened: 2 }]);
  });

  it('one that was there before is open only', () => {
    rows.push(...connection('a'));
    expect(counts()).toEqual([{ open: 1, opened: 0 }]);
    expect(counts()).toEqual([{ open: 1, opened: 0 }]);
  });

  it('another counts whose socket the kernel has put in the place of the last', () => {
    rows.push(...connection('a'));
    observe();
    rows = [listener(), ...connection('a', { inode: 2 })];
    expect(counts()).toEqual([{ open: 1, opened: 1 }]);
  });
});

describe('who serves', () => {
  it('is the one who does now, once the server was started anew', () => {
    asks = [ask(1)];
    rows.push(...connection('a'));
    observe();
    rows = [listener({ pid: 11 })];
    expect(observe()).toMatchObject([{ remotePid: SERVER, open: 0, opened: 1 }]);
    asks = [ask(2)];
    expect(observe()).toMatchObject([{ remotePid: 11, opened: 2 }]);
    rows.push(...connection('b', {}, { pid: 11 }));
    expect(observe()).toMatchObject([{ remotePid: 11, open: 1 }]);
  });

  it('stays the same among several workers', () => {
    rows.push(...connection('a', {}, { pid: 12 }), ...connection('b', {}, { pid: 11 }));
    expect(observe()).toMatchObject([{ remotePid: 12, open: 2 }]);
    rows.reverse();
    expect(observe()).toMatchObject([{ remotePid: 12, open: 2 }]);
  });
});

it('takes listeners of other transports for none', () => {
  rows = [
    { kind: 'listener', netns: 1, pid: 5, transport: 'tcp', ipv6Only: false, address: '0.0.0.0', port: 80 },
  ];
  asks = [ask(1)];
  expect(observe()).toEqual([]);
});
