import { chmodSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asUnprivilegedUser } from '../../../test/fixtures/as-unprivileged-user.ts';
import { createProcTree, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createSocketOwners, parseSocketLink } from './socket-owners.ts';

let proc: ProcTree;

beforeEach(() => {
  proc = createProcTree({
    1: { fds: ['socket:[5]', 'socket:[6]'] },
    20: { fds: ['/dev/null', 'pipe:[5]', 'socket:[6]', 'socket:[7]'] },
    30: { fds: ['socket:[7]'] },
  });
});

afterEach(() => proc[Symbol.dispose]());

const PIDS = [1, 20, 30];
const find = (owners: ReturnType<typeof createSocketOwners>, inodes: number[], pids = PIDS) =>
  Object.fromEntries(owners.find(new Set(inodes), pids).owners);

it('attributes a shared socket to the lowest pid, and to init only if no other process holds it', () => {
  expect(find(createSocketOwners(proc.root), [5, 6, 7])).toEqual({ 5: 1, 6: 20, 7: 20 });
});

it('finds only the requested sockets, and none with inode 0', () => {
  expect(find(createSocketOwners(proc.root), [0, 7])).toEqual({ 7: 20 });
  expect(find(createSocketOwners(proc.root), [])).toEqual({});
});

it('keeps an owner that has closed its socket since', () => {
  const owners = createSocketOwners(proc.root);
  find(owners, [7]);
  proc.start(20, { fds: [] });
  expect(find(owners, [7])).toEqual({ 7: 20 });
});

it('corrects an owner that has passed on its socket, when a scan finds the new one', () => {
  const owners = createSocketOwners(proc.root);
  find(owners, [7]);
  proc.start(20, { fds: [] });
  proc.start(30, { fds: ['socket:[7]', 'socket:[8]'] });
  expect(find(owners, [7, 8])).toEqual({ 7: 30, 8: 30 });
});

it('finds another owner after the first has ended', () => {
  const owners = createSocketOwners(proc.root);
  find(owners, [7]);
  proc.exit(20);
  expect(find(owners, [7], [1, 30])).toEqual({ 7: 30 });
});

it('removes a socket that is no longer requested', () => {
  const owners = createSocketOwners(proc.root);
  find(owners, [7]);
  proc.start(20, { fds: [] });
  expect(find(owners, [])).toEqual({});
  expect(find(owners, [7])).toEqual({ 7: 30 });
});

describe('a socket without a process', () => {
  it('is searched for three times, and then no longer found', () => {
    const owners = createSocketOwners(proc.root);
    for (let pass = 1; pass <= 3; pass++) expect(find(owners, [99])).toEqual({});
    proc.start(30, { fds: ['socket:[99]'] });
    expect(find(owners, [99])).toEqual({});
  });

  it.each([1, 2])('is found when its process appears after %i scans', (scans) => {
    const owners = createSocketOwners(proc.root);
    for (let pass = 1; pass <= scans; pass++) find(owners, [99]);
    proc.start(30, { fds: ['socket:[99]'] });
    expect(find(owners, [99])).toEqual({ 99: 30 });
  });

  it('is searched for again after its inode was out of use', () => {
    const owners = createSocketOwners(proc.root);
    for (let pass = 1; pass <= 3; pass++) find(owners, [99]);
    find(owners, []);
    proc.start(30, { fds: ['socket:[99]'] });
    expect(find(owners, [99])).toEqual({ 99: 30 });
  });
});

it('skips processes that have ended since they were listed', () => {
  expect(find(createSocketOwners(proc.root), [7], [1, 15, 30])).toEqual({ 7: 30 });
});

it('counts the processes that it cannot inspect', async () => {
  chmodSync(proc.root, 0o755);
  chmodSync(`${proc.root}/20/fd`, 0);
  const owners = createSocketOwners(proc.root);
  const { owners: found, denied } = await asUnprivilegedUser(() => owners.find(new Set([7]), PIDS));
  expect(denied).toBe(1);
  expect(Object.fromEntries(found)).toEqual({ 7: 30 });
});

describe('the link of a file descriptor', () => {
  it.each([
    '/dev/null',
    'pipe:[5]',
    'socket:[',
    'socket:[x]',
    'socket:[5',
    '/tmp/socket:[5]',
    'socket:[1e99]',
    'socket:[-1]',
  ])('does not identify a socket: %s', (link) => expect(parseSocketLink(link)).toBeUndefined());

  it('contains the inode of a socket, up to the kernel’s largest', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (inode) => {
        expect(parseSocketLink(`socket:[${inode}]`)).toBe(inode);
      }),
    );
  });
});
