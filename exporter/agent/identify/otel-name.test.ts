import fc from 'fast-check';
import { expect, it } from 'vitest';
import { otelName } from './otel-name.ts';

const environ = (...entries: string[]) => Buffer.from(entries.map((entry) => `${entry}\0`).join(''));

it.each([
  [['OTEL_SERVICE_NAME=shop'], 'shop'],
  [['PATH=/bin', 'OTEL_SERVICE_NAME=shop', 'HOME=/'], 'shop'],
  [['OTEL_SERVICE_NAME= shop '], 'shop'],
  [['OTEL_SERVICE_NAME=a=b,c'], 'a=b,c'],
  [['OTEL_RESOURCE_ATTRIBUTES=service.version=1,service.name=shop'], 'shop'],
  [['OTEL_RESOURCE_ATTRIBUTES= service.name = my%20shop '], 'my shop'],
  [['OTEL_RESOURCE_ATTRIBUTES=service.name=100%'], '100%'],
  [['OTEL_RESOURCE_ATTRIBUTES=service.name=shop', 'OTEL_SERVICE_NAME=front'], 'front'],
  [['OTEL_RESOURCE_ATTRIBUTES=service.name=shop', 'OTEL_SERVICE_NAME='], 'shop'],
])('of %j is %s', (entries, name) => expect(otelName(environ(...entries))).toBe(name));

it.each([
  [[]],
  [['PATH=/bin']],
  [['OTEL_SERVICE_NAME=']],
  [['OTEL_SERVICE_NAME']],
  [['MY_OTEL_SERVICE_NAME=shop']],
  [['OTEL_SERVICE_NAMES=shop']],
  [['X=OTEL_SERVICE_NAME=shop']],
  [['OTEL_RESOURCE_ATTRIBUTES=service.names=shop,service.name,=']],
])('of %j is undefined', (entries) => expect(otelName(environ(...entries))).toBeUndefined());

it('is undefined if it was truncated', () => {
  expect(otelName(Buffer.from('A=1\0OTEL_SERVICE_NAME=sh'))).toBeUndefined();
});

it('is valid text for any bytes', () => {
  const bytes = Buffer.concat([Buffer.from('OTEL_SERVICE_NAME=a'), Buffer.from([0xff, 0])]);
  expect(otelName(bytes)).toBe('a\\xff');
});

it('is found among any other variables', () => {
  const other = fc.string({ maxLength: 20 }).map((text) => `X${text.replaceAll('\0', '')}`);
  fc.assert(
    fc.property(fc.array(other), fc.array(other), (before, after) => {
      expect(otelName(environ(...before, 'OTEL_SERVICE_NAME=shop', ...after))).toBe('shop');
      expect(otelName(environ(...before, ...after))).toBeUndefined();
    }),
  );
});
