import { beforeEach, expect, it } from 'vitest';
import { createNames, type Names } from './names.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
let names: Names;

beforeEach(() => {
  names = createNames({ addresses: 4, perName: 3 });
});

const learn = (name: string, addresses: readonly string[], now = 0, ttl = 60) =>
  names.learn({ name, addresses, ttl }, now);

it('names all addresses of a response', () => {
  learn('api', ['10.0.0.1', '10.0.0.2', 'fd00::1']);
  expect(['10.0.0.1', '10.0.0.2', 'fd00::1', '10.0.0.3'].map((at) => names.nameOf(at, 1))).toEqual([
    ...['api', 'api', 'api'],
    undefined,
  ]);
  expect(names.size).toBe(3);
});

it('keeps the name of an address until it has expired and is not in use', () => {
  learn('api', ['10.0.0.1'], 0, 600);
  learn('web', ['10.0.0.1'], 14 * MINUTE);
  expect(names.nameOf('10.0.0.1', 14 * MINUTE)).toBe('api');
  learn('web', ['10.0.0.1'], 18 * MINUTE);
  expect(names.nameOf('10.0.0.1', 18 * MINUTE)).toBe('api');
  learn('web', ['10.0.0.1'], 24 * MINUTE);
  expect(names.nameOf('10.0.0.1', 24 * MINUTE)).toBe('web');
});

it('keeps a name for a day after its last use, as some programs look it up only once', () => {
  learn('api', ['10.0.0.1'], 0, 0);
  expect(names.nameOf('10.0.0.1', 23 * HOUR)).toBe('api');
  expect(names.nameOf('10.0.0.1', 46 * HOUR)).toBe('api');
  expect(names.nameOf('10.0.0.1', 71 * HOUR)).toBeUndefined();
  expect(names.size).toBe(0);
});

it('limits the time to live to a day', () => {
  learn('api', ['10.0.0.1'], 0, 0x7fffffff);
  expect(names.nameOf('10.0.0.1', 49 * HOUR)).toBeUndefined();
});

it('evicts the least recently used address at the limit, and counts it', () => {
  learn('a', ['10.0.0.1'], 0);
  learn('b', ['10.0.0.2'], 0);
  learn('c', ['10.0.0.3', '10.0.0.4'], 0);
  names.nameOf('10.0.0.1', 2 * MINUTE);
  learn('d', ['10.0.0.5'], 2 * MINUTE);
  const known = [1, 2, 3, 4, 5].map((last) => names.nameOf(`10.0.0.${last}`, 2 * MINUTE));
  expect(known).toEqual(['a', undefined, 'c', 'c', 'd']);
  expect(names).toMatchObject({ size: 4, evicted: 1 });
});

it('does not count evicted addresses that had expired', () => {
  learn('a', ['10.0.0.1', '10.0.0.2', '10.0.0.3'], 0);
  learn('b', ['10.0.0.4', '10.0.0.5'], 30 * HOUR);
  expect(names).toMatchObject({ size: 4, evicted: 0 });
});

it('limits the number of addresses per name', () => {
  learn('a', ['10.0.0.1'], 0);
  learn('many', ['10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4', '10.0.1.5'], SECOND);
  expect(names.nameOf('10.0.0.1', SECOND)).toBe('a');
  expect([1, 2, 3, 4, 5].map((last) => names.nameOf(`10.0.1.${last}`, SECOND) ?? '-').join(' ')).toBe(
    '- - many many many',
  );
  expect(names).toMatchObject({ size: 4, evicted: 2 });
});

it('ignores loopback and wildcard addresses, the responses of DNS blockers', () => {
  learn('ads', ['0.0.0.0', '127.0.0.1', '::', '::1']);
  expect(names.size).toBe(0);
});
