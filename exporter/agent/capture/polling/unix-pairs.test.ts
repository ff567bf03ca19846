import { describe, expect, it } from 'vitest';
import { unixAccepted, unixClient, unixListener, unixRow } from '../../../../test/fixtures/unix-rows.ts';
import { pairUnix } from './unix-pairs.ts';
import type { UnixSocket } from './unix-socket.ts';

/** `client→accepted through listener` by inode, for pairs with a known client. */
function settled(...namespaces: (readonly UnixSocket[])[]): string[] {
  return pairUnix(namespaces.map((sockets, netns) => ({ netns, sockets })))
    .filter((pair) => pair.settled)
    .map(({ client, accepted, listener }) => `${client.inode}→${accepted?.inode} through ${listener?.inode}`);
}

describe('the server', () => {
  it.each([
    ['a path', {}],
    ['an abstract name', { name: '\0app', file: '' }],
  ])('has the name of a listener: %s', (_title, name) => {
    expect(settled([unixListener(name), unixClient(), unixAccepted(name)])).toEqual(['20→21 through 10']);
  });

  it('has the only name after the listener is closed', () => {
    expect(settled([unixClient(), unixAccepted()])).toEqual(['20→21 through undefined']);
  });

  it('is determined by the listener if the client has a name, too', () => {
    const client = unixClient({ name: '\0client' });
    expect(settled([client, unixAccepted(), unixListener()])).toEqual(['20→21 through 10']);
  });

  it('is unknown if both have a name without a listener, or with two', () => {
    const client = unixClient({ name: '\0client' });
    expect(settled([client, unixAccepted()])).toEqual([]);
    const other = unixListener({ inode: 11, name: '\0client', file: '' });
    expect(settled([client, unixAccepted(), unixListener(), other])).toEqual([]);
  });

  it('is either of the two if unknown', () => {
    const sockets = [unixClient({ name: '\0client' }), unixAccepted()];
    const pairs = pairUnix([{ netns: 1, sockets }]);
    expect(pairs.map(({ client, accepted }) => [client.inode, accepted?.inode])).toEqual([
      [21, 20],
      [20, 21],
    ]);
  });
});

describe('finds no connection', () => {
  it.each([
    ['a socketpair', [unixRow(1, { peer: 2 }), unixRow(2, { peer: 1 })]],
    ['a client whose peer is closed', [unixClient({ peer: 0 }), unixListener()]],
    ['an accepted socket whose client is closed', [unixAccepted({ peer: 0 }), unixListener()]],
    ['a client whose peer is not visible', [unixClient(), unixListener()]],
    ['a client in an accept queue that is not visible', [unixListener({ waiting: [20] })]],
  ])('for %s', (_title, sockets) => expect(settled(sockets)).toEqual([]));
});

it('finds a client in an accept queue, in any namespace', () => {
  const waiting = unixClient({ peer: 0 });
  const listener = unixListener({ waiting: [20] });
  expect(settled([listener, waiting])).toEqual(['20→undefined through 10']);
  const [pair] = pairUnix([
    { netns: 1, sockets: [listener] },
    { netns: 2, sockets: [waiting] },
  ]);
  expect(pair?.netns).toBe(2);
});

describe('the listener', () => {
  const connection = (name: Partial<UnixSocket> = {}) => [unixClient(), unixAccepted(name)];

  it('of a file can be in another namespace', () => {
    expect(settled(connection(), [unixListener()])).toEqual(['20→21 through 10']);
  });

  it('of an abstract name cannot', () => {
    const name = { name: '\0app', file: '' };
    expect(settled(connection(name), [unixListener(name)])).toEqual(['20→21 through undefined']);
  });

  it('of the same path in another container is a different listener', () => {
    const there = unixListener({ inode: 11, file: '2:99' });
    expect(settled([...connection(), unixListener(), there])).toEqual(['20→21 through 10']);
    expect(settled([...connection(), there])).toEqual(['20→21 through undefined']);
  });
});
