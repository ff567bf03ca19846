import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  A,
  AAAA,
  CNAME,
  encodeAnswer,
  encodeName,
  encodeQuestion,
  type Label,
  pointer,
  type WireRecord,
} from '../../../../test/fixtures/dns-message.ts';
import { MalformedResponseError, parseResponse } from './message.ts';

const FIXTURES = `${import.meta.dirname}/../../../../test/fixtures/dns`;
const QUERIED = pointer(12);
const ADDRESS = Buffer.from([10, 1, 2, 3]);

const record = (fields: Partial<WireRecord> = {}): WireRecord => ({
  ...{ owner: QUERIED, type: A, ttl: 60, data: ADDRESS },
  ...fields,
});
const answer = (labels: readonly Label[], ...records: WireRecord[]) =>
  parseResponse(encodeAnswer(labels, A, records.length > 0 ? records : [record()]));

describe('a response of dnsmasq', () => {
  const read = (file: string) => parseResponse(readFileSync(`${FIXTURES}/${file}.bin`));
  const FOUR = [1, 2, 3, 4].map((last) => `203.0.113.${last}`);

  it('has the addresses of the queried name', () => {
    expect(read('a')).toEqual({ name: 'api.example.test', addresses: expect.any(Array), ttl: 300 });
    expect(read('a')?.addresses.toSorted()).toEqual(FOUR);
    expect(read('aaaa')).toEqual({ name: 'api.example.test', addresses: ['2001:db8::1'], ttl: 300 });
  });

  it('is followed through aliases, and keeps the queried name', () => {
    const { name, addresses } = read('alias') ?? {};
    expect([name, addresses?.toSorted()]).toEqual(['www.example.test', FOUR]);
  });

  it.each(['no-name', 'no-address', 'mail'])('is ignored without an address: %s', (file) => {
    expect(read(file)).toBeUndefined();
  });
});

describe('a response', () => {
  it('has the least time to live of its records, and none with the first bit set', () => {
    const alias = record({ type: CNAME, ttl: 30, data: encodeName(['b']) });
    const b = { owner: encodeName(['b']) };
    expect(answer(['a'], alias, record({ ...b, ttl: 90 }))?.ttl).toBe(30);
    expect(answer(['a'], record({ ttl: 0x80000000 }))?.ttl).toBe(0);
  });

  it('contains only addresses to which the name leads', () => {
    const unrelated = record({ owner: encodeName(['bank']), data: Buffer.from([6, 6, 6, 6]) });
    const alias = record({ type: CNAME, data: encodeName(['b']) });
    expect(answer(['a'], unrelated, alias, record({ owner: encodeName(['B']) }))?.addresses).toEqual([
      '10.1.2.3',
    ]);
    expect(answer(['a'], unrelated)).toBeUndefined();
  });

  it.each([
    ['a query', encodeQuestion(['a'], A)],
    ['an error', encodeAnswer(['a'], A, [record()], 0x8183)],
    ['a response to another kind of query', encodeAnswer(['a'], A, [record()], 0xa180)],
    ['a response for the root', encodeAnswer([], A, [record()])],
    ['an address of the other kind', encodeAnswer(['a'], AAAA, [record()])],
  ])('is not: %s', (_title, message) => {
    expect(parseResponse(message)).toBeUndefined();
  });
});

describe('a name', () => {
  const nameOf = (...labels: Label[]) => answer(labels)?.name;

  it.each<[string, string, Label[]]>([
    ['in upper case', 'api.example', ['API', 'Example']],
    ['of markup and quotes', '<b onclick="x">.\'', ['<B onclick="x">', "'"]],
    ['with right-to-left marks', 'evil\u202eexe.test', ['evil\u202eexe', 'test']],
    ['in upper case of another script, which differs', 'ÄA'.replace('A', 'a'), ['ÄA']],
    ['of bytes that are not UTF-8', 'a\\xff\\xfe', [Buffer.from([0x61, 0xff, 0xfe])]],
    ['with zero bytes', 'a\\x00b', [Buffer.from('a\0b')]],
    ['with dots in a label', 'www\\.bank.evil', ['www.bank', 'evil']],
    ['with what looks like such bytes', 'a\\\\xff', ['a\\xff']],
    ['with newlines and spaces', 'a\n b', ['a\n b']],
  ])('is written as text: %s', (_title, text, labels) => {
    expect(nameOf(...labels)).toBe(text);
  });

  it('has at most 253 characters', () => {
    const [long, rest] = ['x'.repeat(63), 'y'.repeat(61)];
    expect(nameOf(long, long, long, rest)).toHaveLength(253);
    expect(() => nameOf(long, long, long, `${rest}y`)).toThrow(MalformedResponseError);
  });

  it.each([
    ['points to itself', pointer(27)],
    ['points forward', pointer(200)],
    ['loops', Buffer.from([1, 0x61, 0xc0, 27])],
    ['has a label of a reserved type', Buffer.from([0x80, 0])],
    ['points beyond the end', Buffer.from([0xff, 0xff])],
  ])('that %s is rejected', (_title, owner) => {
    // The query before it ends at byte 27.
    expect(() => parseResponse(encodeAnswer(['a', 'b', 'c', 'd', 'e'], A, [record({ owner })]))).toThrow(
      expect.objectContaining({ name: 'MalformedResponseError', code: 'ERR_MALFORMED_DNS' }),
    );
  });
});

it('rejects an address of the wrong length', () => {
  expect(() => answer(['a'], record({ data: Buffer.alloc(5) }))).toThrow('an address of 5 bytes');
});
