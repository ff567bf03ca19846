import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { createReverseNames, type ReverseNames } from './reverse-names.ts';

const [SECOND, MINUTE] = [1000, 60_000];
let now: number;
let asked: string[];
let answer: (address: string) => Promise<readonly string[]>;
let names: ReverseNames;

beforeEach(() => {
  now = 0;
  asked = [];
  answer = async () => ['db.example.test'];
  names = createReverseNames({
    lookUp(address) {
      asked.push(address);
      return answer(address);
    },
    uptime: () => now,
  });
});

it('knows no name at once, and the name later', async () => {
  expect(names.nameOf('10.0.0.1')).toBeUndefined();
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('db.example.test');
  expect(asked).toEqual(['10.0.0.1']);
});

it('asks again after an hour, and knows the old name meanwhile', async () => {
  names.nameOf('10.0.0.1');
  await turn();
  now = 61 * MINUTE;
  answer = async () => ['new.example.test'];
  expect(names.nameOf('10.0.0.1')).toBe('db.example.test');
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('new.example.test');
});

it.each([
  ['has none', async () => []],
  ['is not known', () => Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }))],
])('does not ask for ten minutes after an address that %s', async (_title, none) => {
  answer = none;
  names.nameOf('10.0.0.1');
  await turn();
  now = 9 * MINUTE;
  expect(names.nameOf('10.0.0.1')).toBeUndefined();
  expect(asked).toHaveLength(1);
  now = 11 * MINUTE;
  names.nameOf('10.0.0.1');
  expect(asked).toHaveLength(2);
});

it('takes the same of many names each time', async () => {
  answer = async () => ['Z.example.test.', 'b.example.test', 'c.example.test'];
  names.nameOf('10.0.0.1');
  await turn();
  expect(names.nameOf('10.0.0.1')).toBe('b.example.test');
});

it('asks for eight at once, however slow the answers, and for each once', () => {
  answer = () => new Promise(() => {});
  for (let pass = 0; pass < 5; pass++) {
    now += SECOND;
    for (let last = 1; last <= 100; last++) names.nameOf(`10.0.0.${last}`);
  }
  expect(asked).toHaveLength(8);
  expect(new Set(asked).size).toBe(8);
});

it('asks for twenty in a second', async () => {
  for (let last = 1; last <= 100; last++) {
    names.nameOf(`10.0.0.${last}`);
    await turn();
  }
  expect(asked).toHaveLength(20);
  now = SECOND;
  for (let last = 1; last <= 25; last++) {
    names.nameOf(`10.0.0.${last}`);
    await turn();
  }
  expect(asked).toHaveLength(25);
});

it('forgets the oldest of too many', async () => {
  for (let i = 0; i < 4200; i++) {
    names.nameOf(`10.1.${i >> 8}.${i & 255}`);
    await turn();
    now += 50;
  }
  expect(asked).toHaveLength(4200);
  expect(names.nameOf('10.1.16.103')).toBe('db.example.test');
  expect(names.nameOf('10.1.0.0')).toBeUndefined();
});
