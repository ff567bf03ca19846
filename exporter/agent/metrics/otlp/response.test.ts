import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesField, textField, varintField } from './protobuf.case.ts';
import { parsePartialSuccess, parseRetryAfter, parseRetryDelay, parseStatusMessage } from './response.ts';

it('reads a partial success', () => {
  const response = bytesField(1, varintField(1, 300), textField(2, 'too old'));
  expect(parsePartialSuccess(response)).toEqual({ points: 300, message: 'too old' });
});

it.each([Buffer.alloc(0), bytesField(1), Buffer.from('<html>')])(
  'reads no partial success from %o',
  (bytes) => {
    expect(parsePartialSuccess(bytes)).toBeUndefined();
  },
);

const retryInfo = (seconds: number, nanos: number) =>
  bytesField(
    3,
    textField(1, 'type.googleapis.com/google.rpc.RetryInfo'),
    bytesField(2, bytesField(1, varintField(1, seconds), varintField(2, nanos))),
  );

it('reads the message and the retry delay of a status', () => {
  const other = bytesField(3, textField(1, 'type.googleapis.com/google.rpc.DebugInfo'));
  const status = Buffer.concat([varintField(1, 8), textField(2, 'slow down'), other, retryInfo(2, 5e8)]);
  expect(parseStatusMessage(status)).toBe('slow down');
  expect(parseRetryDelay(status)).toBe(2500);
  expect(parseRetryDelay(other)).toBeUndefined();
});

it.each([
  [undefined, undefined],
  ['60', 60_000],
  ['Thu, 01 Jan 1970 00:01:30 GMT', 30_000],
  ['Thu, 01 Jan 1970 00:00:30 GMT', 0],
  ['soon', undefined],
])('reads Retry-After: %s', (header, delay) => {
  expect(parseRetryAfter(header, 60_000)).toBe(delay);
});

it('accepts any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const buffer = Buffer.from(bytes);
      parsePartialSuccess(buffer);
      parseRetryDelay(buffer);
      parseStatusMessage(buffer);
    }),
  );
});
