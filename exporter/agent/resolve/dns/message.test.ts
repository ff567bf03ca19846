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
import { MalformedAnswerError, parseAnswer } from './message.ts';

const FIXTURES = `${import.meta.dirname}/../../../../test/fixtures/dns`;
const ASKED = pointer(12);
const ADDRESS = Buffer.from([10, 1, 2, 3]);

const record = (fields: Partial<WireRecord> = {}): WireRecord => ({
  ...{ owner: ASKED, type: A, ttl: 60, data: ADDRESS },
  ...fields,
});
const answer = (labels: readonly Label[], ...records: WireRecord[]) =>
  parseAnswer(encodeAnswer(labels, A, records.length > 0 ? records : [record()]));

describe('what dnsmasq answers', () => {
  const read = (file: string) => parseAnswer(readFileSync(`${FIXTURES}/${file}.bin`));
  const FOUR = [1, 2, 3, 4].map((last) => `203.0.113.${last}`);

  it('is the addresses of the name that was asked for', () => {
    expect(read('a')).toEqual({ name: 'api.example.test', addresses: expect.any(Array), ttl: 300 });
    expect(read('a')?.addresses.toSorted()).toEqual(FOUR);
    expect(read('aaaa')).toEqual({ name: 'api.example.test', addresses: ['2001:db8::1'], ttl: 300 });
  });

  it('leads over aliases, and the name is still the one that was asked for', () => {
    const { name, addresses } = read('alias') ?? {};
    expect([name, addresses?.toSorted()]).toEqual(['www.example.test', FOUR]);
  });

  it.each(['no-name', 'no-address', 'mail'])('is nothing without an address: %s', (file) => {
    expect(read(file)).toBeUndefined();
  });
});

describe('an answer', () => {
  it('lives as long as the least of its records, and not at all with the first bit set', () => {
    const alias = record({ type: CNAME, ttl: 30, data: encodeName(['b']) });
    const b = { owner: encodeName(['b']) };
    expect(answer(['a'], alias, record({ ...b, ttl: 90 }))?.ttl).toBe(30);
    expect(answer(['a'], record({ ttl: 0x80000000 }))?.ttl).toBe(0);
  });

  it('holds only what the name leads to', () => {
    const stranger = record({ owner: encodeName(['bank']), data: Buffer.from([6, 6, 6, 6]) });
    const alias = record({ type: CNAME, data: encodeName(['b']) });
    expect(answer(['a'], stranger, alias, record({ owner: encodeName(['B']) }))?.addresses).toEqual([
      '10.1.2.3',
    ]);
    expect(answer(['a'], stranger)).toBeUndefined();
  });

  it.each([
    ['a question', encodeQuestion(['a'], A)],
    ['an error', encodeAnswer(['a'], A, [record()], 0x8183)],
    ['an answer to another kind of query', encodeAnswer(['a'], A, [record()], 0xa180)],
    ['an answer for the root', encodeAnswer([], A, [record()])],
    ['an address of the other kind', encodeAnswer(['a'], AAAA, [record()])],
  ])('is none: %s', (_title, message) => {
    expect(parseAnswer(message)).toBeUndefined();
  });
});

describe('a name', () => {
  const nameOf = (...labels: Label[]) => answer(labels)?.name;

  it.each<[string, string, Label[]]>([
    ['in capitals', 'api.example', ['API', 'Example']],
    ['of markup and quotes', '<b onclick="x">.\'', ['<B onclick="x">', "'"]],
    ['with right-to-left marks', 'evil\u202eexe.test', ['evil\u202eexe', 'test']],
    ['in capitals of another script, which are not the same', 'ÄA'.replace('A', 'a'), ['ÄA']],
    ['of bytes that are no UTF-8', 'a\\xff\\xfe', [Buffer.from([0x61, 0xff, 0xfe])]],
    ['with zero bytes', 'a\\x00b', [Buffer.from('a\0b')]],
    ['with dots in a label', 'www\\.bank.evil', ['www.bank', 'evil']],
    ['with what looks like such bytes', 'a\\\\xff', ['a\\xff']],
    ['with newlines and spaces', 'a\n b', ['a\n b']],
  ])('is text: %s', (_title, text, labels) => {
    expect(nameOf(...labels)).toBe(text);
  });

  it('may have 253 characters and no more', () => {
    const [long, rest] = ['x'.repeat(63), 'y'.repeat(61)];
    expect(nameOf(long, long, long, rest)).toHaveLength(253);
    expect(() => nameOf(long, long, long, `${rest}y`)).toThrow(MalformedAnswerError);
  });

  it.each([
    ['points to itself', pointer(27)],
    ['points forward', pointer(200)],
    ['comes back to itself', Buffer.from([1, 0x61, 0xc0, 27])],
    ['has a label of a reserved type', Buffer.from([0x80, 0])],
    ['points past the end', Buffer.from([0xff, 0xff])],
  ])('that %s is refused', (_title, owner) => {
    // The question before it ends at byte 27.
    expect(() => parseAnswer(encodeAnswer(['a', 'b', 'c', 'd', 'e'], A, [record({ owner })]))).toThrow(
      expect.objectContaining({ name: 'MalformedAnswerError', code: 'ERR_MALFORMED_DNS' }),
    );
  });
});

it('refuses an address of the wrong length', () => {
  expect(() => answer(['a'], record({ data: Buffer.alloc(5) }))).toThrow('an address of 5 bytes');
});
