/**
 * Data points as protocol buffers (opentelemetry-proto, metrics/v1/metrics.proto and common/v1/common.proto). A large host
 * has hundreds of thousands of them in every export: their length is known before they are written, and nothing is
 * encoded twice.
 */
import type { Attributes } from '../edge-attributes.ts';
import { countOf, type Distribution, type Point } from '../family.ts';
import { DATA_POINTS } from './batch.ts';
import { BYTES, FIXED64, VARINT, varint } from './protobuf.ts';

/** Tags of fields: their numbers and types. All have one byte. */
const tag = (number: number, type: number) => (number << 3) | type;
const POINT = {
  start: tag(2, FIXED64),
  time: tag(3, FIXED64),
  double: tag(4, FIXED64),
  integer: tag(6, FIXED64),
  attributes: 7,
} as const;
const HISTOGRAM_POINT = {
  count: tag(4, FIXED64),
  sum: tag(5, FIXED64),
  counts: tag(6, BYTES),
  bounds: tag(7, BYTES),
  attributes: 9,
} as const;
const KEY_VALUE = { key: tag(1, BYTES), value: tag(2, BYTES) } as const;
const ANY_VALUE = { text: tag(1, BYTES), integer: tag(3, VARINT), double: tag(4, FIXED64) } as const;

/** A tag and eight bytes. */
const FIXED_FIELD = 9;

/** Encodes points of one export, with the time `now` (ms since 1970), as the field `data_points`. */
export function createPointEncoder(now: number): (point: Point, isInteger: boolean) => Buffer {
  // An edge has the same attributes in all of its metrics.
  const encoded = { [POINT.attributes]: new Map(), [HISTOGRAM_POINT.attributes]: new Map() } as const;

  function attributesOf(number: 7 | 9, attributes: Attributes | undefined): Buffer | undefined {
    if (!attributes) return undefined;
    const known: Map<Attributes, Buffer> = encoded[number];
    let fields = known.get(attributes);
    if (!fields) {
      fields = encodeAttributes(number, attributes);
      known.set(attributes, fields);
    }
    return fields;
  }

  return ({ attributes, more, value, since }, isInteger) => {
    const isNumber = typeof value === 'number';
    const number = isNumber ? POINT.attributes : HISTOGRAM_POINT.attributes;
    const [shared, own] = [attributesOf(number, attributes), attributesOf(number, more)];
    const valueLength = isNumber ? FIXED_FIELD : histogramLength(value);
    const length = 2 * FIXED_FIELD + valueLength + (shared?.length ?? 0) + (own?.length ?? 0);
    const writer = createWriter(1 + varintLength(length) + length);
    writer.byte(tag(DATA_POINTS, BYTES));
    writer.varint(length);
    // If the clock was set back, a sum must not start after its own time.
    writer.nanoseconds(POINT.start, Math.min(since, now));
    writer.nanoseconds(POINT.time, now);
    if (!isNumber) writeHistogram(writer, value);
    else if (isInteger) writer.integer(POINT.integer, value);
    else writer.double(POINT.double, value);
    if (shared) writer.bytes(shared);
    if (own) writer.bytes(own);
    return writer.buffer;
  };
}

function histogramLength({ bounds, counts }: Distribution): number {
  const packed = (count: number) => 1 + varintLength(8 * count) + 8 * count;
  return 2 * FIXED_FIELD + packed(counts.length) + packed(bounds.length);
}

function writeHistogram(writer: Writer, value: Distribution): void {
  const { bounds, counts, sum } = value;
  writer.integer(HISTOGRAM_POINT.count, countOf(value));
  writer.double(HISTOGRAM_POINT.sum, sum);
  writer.byte(HISTOGRAM_POINT.counts);
  writer.varint(8 * counts.length);
  for (const count of counts) writer.integer(undefined, count);
  writer.byte(HISTOGRAM_POINT.bounds);
  writer.varint(8 * bounds.length);
  for (const bound of bounds) writer.double(undefined, bound);
}

/** Attributes as repeated fields with this number. */
export function encodeAttributes(number: number, attributes: Attributes): Buffer {
  const fields = Object.entries(attributes).map(([key, value]) => {
    const valueLength = typeof value === 'string' ? Buffer.byteLength(value) : 0;
    const isInteger = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    const anyLength =
      typeof value === 'string'
        ? 1 + varintLength(valueLength) + valueLength
        : isInteger
          ? 1 + varintLength(value)
          : FIXED_FIELD;
    const keyLength = Buffer.byteLength(key);
    const length = 1 + varintLength(keyLength) + keyLength + 1 + varintLength(anyLength) + anyLength;
    return { key, keyLength, value, valueLength, isInteger, anyLength, length };
  });
  const total = fields.reduce((sum, { length }) => sum + 1 + varintLength(length) + length, 0);
  const writer = createWriter(total);
  for (const { key, keyLength, value, valueLength, isInteger, anyLength, length } of fields) {
    writer.byte(tag(number, BYTES));
    writer.varint(length);
    writer.text(KEY_VALUE.key, key, keyLength);
    writer.byte(KEY_VALUE.value);
    writer.varint(anyLength);
    if (typeof value === 'string') writer.text(ANY_VALUE.text, value, valueLength);
    else if (isInteger) {
      writer.byte(ANY_VALUE.integer);
      writer.varint(value);
    } else writer.double(ANY_VALUE.double, value);
  }
  return writer.buffer;
}

type Writer = ReturnType<typeof createWriter>;

/** Writes into a buffer of exactly this length. Without a tag, a fixed value is one of a packed field. */
function createWriter(length: number) {
  const buffer = Buffer.allocUnsafe(length);
  let at = 0;

  function byte(value: number | undefined): void {
    if (value !== undefined) buffer[at++] = value;
  }
  function words(low: number, high: number): void {
    buffer.writeUInt32LE(low, at);
    buffer.writeUInt32LE(high, at + 4);
    at += 8;
  }
  return {
    buffer,
    byte,
    bytes(bytes: Buffer): void {
      at += bytes.copy(buffer, at);
    },
    varint(value: number): void {
      if (value < 0x80) buffer[at++] = value;
      else at += varint(value).copy(buffer, at);
    },
    text(field: number, text: string, bytes: number): void {
      buffer[at++] = field;
      this.varint(bytes);
      at += buffer.write(text, at);
    },
    double(field: number | undefined, value: number): void {
      byte(field);
      at = buffer.writeDoubleLE(value, at);
    },
    /** At most 53 bits. */
    integer(field: number | undefined, value: number): void {
      byte(field);
      const whole = Math.round(value);
      if (whole >= 0) words(whole % 2 ** 32, Math.floor(whole / 2 ** 32));
      else at = buffer.writeBigInt64LE(BigInt(whole), at);
    },
    /** Milliseconds since 1970, without the inexactness of a number that large. */
    nanoseconds(field: number, milliseconds: number): void {
      byte(field);
      const whole = Math.round(milliseconds);
      const [high, low] = [Math.floor(whole / 2 ** 22) * 1e6, (whole % 2 ** 22) * 1e6];
      // high × 2²² + low, in words of 32 bits.
      const sum = (high % 2 ** 10) * 2 ** 22 + (low % 2 ** 32);
      words(
        sum % 2 ** 32,
        Math.floor(high / 2 ** 10) + Math.floor(low / 2 ** 32) + Math.floor(sum / 2 ** 32),
      );
    },
  };
}

/** The bytes of a varint: seven bits each. */
function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length++;
  return length;
}
