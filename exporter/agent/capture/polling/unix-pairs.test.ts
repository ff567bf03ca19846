import { describe, expect, it } from 'vitest';
import { unixClient, unixListener, unixRow, unixServed } from '../../../../test/fixtures/unix-rows.ts';
import { pairUnix } from './unix-pairs.ts';
import type { UnixSocket } from './unix-socket.ts';

/** `client→served through listener`, by inode, of what is settled. */
function settled(...namespaces: (readonly UnixSocket[])[]): string[] {
  return pairUnix(namespaces.map((sockets, netns) => ({ netns, sockets })))
    .filter((pair) => pair.settled)
    .map(({ client, served, listener }) => `${client.inode}→${served?.inode} through ${listener?.inode}`);
}

describe('the end that was asked', () => {
  it.each([
    ['a path', {}],
    ['an abstract name', { name: '\0app', file: '' }],
  ])('bears the name on which someone listens: %s', (_title, name) => {
    expect(settled([unixListener(name), unixClient(), unixServed(name)])).toEqual(['20→21 through 10']);
  });

  it('bears the only name once the listener is gone', () => {
    expect(settled([unixClient(), unixServed()])).toEqual(['20→21 through undefined']);
  });

  it('is told by the listener where the client has a name too', () => {
    const client = unixClient({ name: '\0client' });
    expect(settled([client, unixServed(), unixListener()])).toEqual(['20→21 through 10']);
  });

  it('is not told where both have a name and nobody listens, or on both', () => {
    const client = unixClient({ name: '\0client' });
    expect(settled([client, unixServed()])).toEqual([]);
    const other = unixListener({ inode: 11, name: '\0client', file: '' });
    expect(settled([client, unixServed(), unixListener(), other])).toEqual([]);
  });

  it('comes both ways round where it is not told', () => {
    const sockets = [unixClient({ name: '\0client' }), unixServed()];
    const pairs = pairUnix([{ netns: 1, sockets }]);
    expect(pairs.map(({ client, served }) => [client.inode, served?.inode])).toEqual([
      [21, 20],
      [20, 21],
    ]);
  });
});

describe('no connection', () => {
  it.each([
    ['a socketpair', [unixRow(1, { peer: 2 }), unixRow(2, { peer: 1 })]],
    ['a client whose peer is gone', [unixClient({ peer: 0 }), unixListener()]],
    ['an accepted socket whose client is gone', [unixServed({ peer: 0 }), unixListener()]],
    ['a client whose peer is not to be seen', [unixClient(), unixListener()]],
    ['a socket that waits and is not to be seen', [unixListener({ waiting: [20] })]],
  ])('is %s', (_title, sockets) => expect(settled(sockets)).toEqual([]));
});

it('finds the client that waits to be accepted, in whatever namespace', () => {
  const waits = unixClient({ peer: 0 });
  const listener = unixListener({ waiting: [20] });
  expect(settled([listener, waits])).toEqual(['20→undefined through 10']);
  const [pair] = pairUnix([
    { netns: 1, sockets: [listener] },
    { netns: 2, sockets: [waits] },
  ]);
  expect(pair?.netns).toBe(2);
});

describe('the listener', () => {
  const ends = (name: Partial<UnixSocket> = {}) => [unixClient(), unixServed(name)];

  it('of a file may be in another namespace', () => {
    expect(settled(ends(), [unixListener()])).toEqual(['20→21 through 10']);
  });

  it('of an abstract name may not', () => {
    const name = { name: '\0app', file: '' };
    expect(settled(ends(name), [unixListener(name)])).toEqual(['20→21 through undefined']);
  });

  it('of the same path in another container is another', () => {
    const there = unixListener({ inode: 11, file: '2:99' });
    expect(settled([...ends(), unixListener(), there])).toEqual(['20→21 through 10']);
    expect(settled([...ends(), there])).toEqual(['20→21 through undefined']);
  });
});
