import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  oneOf,
  parseBoolean,
  parseDuration,
  parseListen,
  parseMilliseconds,
  parseSpan,
  parseText,
  parseUrl,
} from './values.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s1ms', 1],
  ])('%s is %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '5',
    's',
    '0s',
    '-5s',
    '+5s',
    '1.5s',
    '5 s',
    ' 5s',
    '5s ',
    '5S',
    '5sec',
    '1h-2m',
    '１s',
    '1e3s',
  ])('is not %j', (text) => {
    expect(() => parseDuration(text)).toThrow('expected a duration such as 5s or 1m30s');
  });

  it('is never longer than a timer allows', () => {
    expect(parseDuration('24d')).toBeLessThan(2 ** 31);
    expect(() => parseDuration('25d')).toThrow('expected at most 24 days');
    expect(() => parseDuration(`${'9'.repeat(400)}s`)).toThrow('expected at most 24 days');
  });

  it('is the sum of its parts', () => {
    const part = fc.nat(99);
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        const total = ((h * 60 + m) * 60 + s) * 1000 + ms;
        fc.pre(total > 0);
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(total);
      }),
    );
  });

  it('is a positive integer of milliseconds or rejected, for any text', () => {
    const text = fc
      .array(fc.constantFrom('0', '1', '99', 'ms', 's', 'm', 'h', 'd', ' ', '.', '-'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (input) => {
        let value: number;
        try {
          value = parseDuration(input);
        } catch {
          return;
        }
        expect(Number.isSafeInteger(value) && value > 0 && value < 2 ** 31).toBe(true);
        expect(input).toMatch(/^(\d+(ms|s|m|h|d))+$/);
      }),
    );
  });
});

describe('milliseconds', () => {
  it('are a positive integer', () => {
    expect(parseMilliseconds('60000')).toBe(60_000);
    for (const text of ['', '0', '00', '-1', '1.5', '1e3', '5s', ' 5'])
      expect(() => parseMilliseconds(text)).toThrow('expected a positive integer of milliseconds');
    expect(() => parseMilliseconds('2147483648')).toThrow('expected at most 24 days');
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['[::1]:9464', '::1', 9464],
    ['[::ffff:10.0.0.1]:1', '::ffff:10.0.0.1', 1],
    ['localhost:0', 'localhost', 0],
    ['0.0.0.0:65535', '0.0.0.0', 65535],
  ])('%s', (text, host, port) => {
    expect(parseListen(text)).toEqual({ host, port });
  });

  it.each([
    '',
    '9464',
    ':9464',
    'localhost',
    'localhost:',
    '::1:80',
    'a:65536',
    'a:-1',
    'a b:80',
    '[x]:80',
    'http://a:80',
  ])('is not %j', (text) => {
    expect(() => parseListen(text)).toThrow('expected an address and port such as 127.0.0.1:9464');
  });
});

it('a span may be longer than a timer', () => {
  expect(parseSpan('30d')).toBe(2_592_000_000);
  expect(parseSpan('1y2w')).toBe(32_745_600_000);
  for (const text of ['', '0d', '1M', '-1d']) expect(() => parseSpan(text)).toThrow('expected a duration');
});

it('accepts HTTP URLs unchanged', () => {
  for (const url of ['http://127.0.0.1:4317', 'https://otlp.example/base/', 'http://[::1]:4318'])
    expect(parseUrl(url)).toBe(url);
  for (const text of ['', '127.0.0.1:4317', 'localhost:4317', 'ftp://a', 'http://', '/v1'])
    expect(() => parseUrl(text)).toThrow('expected a URL such as http://127.0.0.1:4317');
});

it('accepts text that is not empty', () => {
  expect(parseText(' a ')).toBe(' a ');
  for (const text of ['', ' ', '\n'])
    expect(() => parseText(text)).toThrow('expected a value that is not empty');
});

it('accepts exactly one of the given words', () => {
  expect(oneOf('a', 'b')('b')).toBe('b');
  for (const text of ['', 'A', 'a ', 'c'])
    expect(() => oneOf('a', 'b')(text)).toThrow('expected one of a, b');
  expect([parseBoolean('true'), parseBoolean('false')]).toEqual([true, false]);
  for (const text of ['', '1', 'yes', 'True'])
    expect(() => parseBoolean(text)).toThrow('expected one of true, false');
});
