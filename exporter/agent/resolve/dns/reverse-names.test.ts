import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { createReverseNames, type ReverseNames } from './reverse-names.ts';

const [SECOND, MINUTE] = [1000, 60_000];
let now: number;
let lookups: string[];
let lookUp: (address: string) => Promise<readonly string[]>;
let names: ReverseNames;

beforeEach(() => {
  now = 0;
  lookups = [];
  lookUp = async () => ['db.example.test'];
  names = createReverseNames({
    lookUp(address) {
      lookups.push(address);
      return lookUp(address);
    },
    uptime: () => now,
  });
});

it('returns no name at first, and the name later', async () => {
  expect(names.nameOf('10.0.0.1')).toBeUndefined();
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('db.example.test');
  expect(lookups).toEqual(['10.0.0.1']);
});

it('looks a name up again after an hour, and returns the old one meanwhile', async () => {
  names.nameOf('10.0.0.1');
  await turn();
  now = 61 * MINUTE;
  lookUp = async () => ['new.example.test'];
  expect(names.nameOf('10.0.0.1')).toBe('db.example.test');
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('new.example.test');
});

it.each([
  ['has none', async () => []],
  ['is not known', () => Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }))],
])('waits ten minutes before it looks up an address again that %s', async (_title, none) => {
  lookUp = none;
  names.nameOf('10.0.0.1');
  await turn();
  now = 9 * MINUTE;
  expect(names.nameOf('10.0.0.1')).toBeUndefined();
  expect(lookups).toHaveLength(1);
  now = 11 * MINUTE;
  names.nameOf('10.0.0.1');
  expect(lookups).toHaveLength(2);
});

it('takes the same one of several names each time', async () => {
  lookUp = async () => ['Z.example.test.', 'b.example.test', 'c.example.test'];
  names.nameOf('10.0.0.1');
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('b.example.test');
});

it('has at most eight lookups pending, one per address', () => {
  lookUp = () => new Promise(() => {});
  for (let cycle = 0; cycle < 5; cycle++) {
    now += SECOND;
    for (let last = 1; last <= 100; last++) names.nameOf(`10.0.0.${last}`);
  }
  expect(lookups).toHaveLength(8);
  expect(new Set(lookups).size).toBe(8);
});

it('starts at most twenty lookups per second', async () => {
  for (let last = 1; last <= 100; last++) {
    names.nameOf(`10.0.0.${last}`);
    await turn();
  }
  expect(lookups).toHaveLength(20);
  now = SECOND;
  for (let last = 1; last <= 25; last++) {
    names.nameOf(`10.0.0.${last}`);
    await turn();
  }
  expect(lookups).toHaveLength(25);
});

it('removes the oldest entry at the limit', async () => {
  for (let i = 0; i < 4200; i++) {
    names.nameOf(`10.1.${i >> 8}.${i & 255}`);
    await turn();
    now += 50;
  }
  expect(lookups).toHaveLength(4200);
  expect(names.nameOf('10.1.16.103')).toBe('db.example.test');
  expect(names.nameOf('10.1.0.0')).toBeUndefined();
});
