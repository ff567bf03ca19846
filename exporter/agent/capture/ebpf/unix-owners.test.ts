import { expect, it } from 'vitest';
import type { UnixRow } from './layout.ts';
import { createUnixOwners } from './unix-owners.ts';

const MANAGER = 7;
const SERVICE = 8;

const row = (fields: Partial<UnixRow>): UnixRow => ({
  ...{
    kind: 'unix',
    netns: 1,
    pid: MANAGER,
    listens: true,
    socket: 's',
    peer: '',
    nameId: 'n',
    peerNameId: '',
  },
  ...{ inode: 1, name: Buffer.from('/run/app.sock'), listenerPid: 7, view: { mntns: 5, root: 'root' } },
  ...{ exec: 3, started: 1, ...fields },
});

const manager = row({});
const service = row({ pid: SERVICE, exec: 4, started: 2 });
const accepted = (by: UnixRow) => row({ ...by, listens: false, socket: 'accepted', inode: 2 });

it('returns each listener once, with its leader', () => {
  const owners = createUnixOwners();
  const worker = row({ pid: 9, started: 3 });
  const other = row({ socket: 'other', nameId: 'o', inode: 3 });
  expect(owners([worker, manager, other, accepted(worker)])).toEqual([manager, other]);
});

it('returns the program that was seen to accept, also later', () => {
  const owners = createUnixOwners();
  expect(owners([manager, service])).toEqual([manager]);
  expect(owners([manager, service, accepted(service)])).toEqual([service]);
  expect(owners([manager, service])).toEqual([service]);
});

it('returns the program that keeps a listener that it was given, unless another was seen to accept', () => {
  const owners = createUnixOwners();
  owners([manager, service]);
  expect(owners([manager, service])).toEqual([service]);
  expect(owners([manager, service, accepted(manager)])).toEqual([manager]);
  expect(owners([manager, service])).toEqual([manager]);
});

it('remembers nothing of an earlier listener in the same memory', () => {
  const owners = createUnixOwners();
  owners([manager, service, accepted(service)]);
  const next = [manager, service].map((one) => ({ ...one, inode: 5 }));
  expect(owners(next)).toEqual([next[0]]);
});
