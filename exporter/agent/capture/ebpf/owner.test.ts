import { expect, it } from 'vitest';
import type { Holder } from './layout.ts';
import { ownerOf } from './owner.ts';

const LEADER: Holder = { pid: 10, exec: 3, started: 100, socket: 's' };
const worker: Holder = { ...LEADER, pid: 11, started: 101 };
const service: Holder = { ...LEADER, pid: 12, exec: 4, started: 102 };
const init: Holder = { ...LEADER, pid: 1, exec: 9, started: 1 };

const owner = (holders: readonly [Holder, ...Holder[]], ...acceptors: number[]) =>
  ownerOf(holders, new Set(acceptors)).pid;

it('is the leader of those that were forked from it, even if only they accept', () => {
  expect(owner([worker, LEADER])).toBe(10);
  expect(owner([worker, LEADER], 3)).toBe(10);
  // Pids may start again from the lowest.
  expect(owner([{ ...worker, pid: 5 }, LEADER])).toBe(10);
});

it('is the program that was given it, if that has accepted', () => {
  expect(owner([LEADER, worker, service], 4)).toBe(12);
  expect(owner([LEADER, worker, service, { ...service, pid: 13, started: 103 }], 4)).toBe(12);
});

it('is not the program that inherited it by mistake', () => {
  expect(owner([LEADER, service])).toBe(10);
  expect(owner([LEADER, service], 3)).toBe(10);
  expect(owner([LEADER, service], 8)).toBe(10);
});

it('is init only if there is no other', () => {
  expect(owner([init])).toBe(1);
  expect(owner([init, service])).toBe(12);
  expect(owner([init, LEADER, service], 4)).toBe(12);
});
