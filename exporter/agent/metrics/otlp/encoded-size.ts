/**
 * Upper bounds of the bytes that OTLP's protocol buffers take (opentelemetry-proto, metrics/v1/metrics.proto): the
 * exporters encode a whole request only, when it is too late to cut it.
 */
import type { Attributes } from '../edge-attributes.ts';
import type { Point } from '../family.ts';

/** Tag and length of a nested message or a text of up to 256 MiB. */
const HEAD = 5;
/** A tag and eight bytes: a time, a double, an integer of fixed size. */
const FIXED = 9;
/** A varint of 64 bits, with its tag. */
const VARINT = 11;

const textSize = (text: string) => HEAD + Buffer.byteLength(text);

/** A list of attributes: each is a message of a key and of a value, which is a message, too. */
export function attributesSize(attributes: Attributes): number {
  let size = 0;
  for (const [key, value] of Object.entries(attributes))
    size += 2 * HEAD + textSize(key) + (typeof value === 'string' ? textSize(value) : VARINT);
  return size;
}

/** A point: attributes, start, time, value and flags. */
export function pointSize({ value }: Pick<Point, 'value'>, attributes: number): number {
  const numbers =
    typeof value === 'number'
      ? FIXED
      : 2 * FIXED + 2 * HEAD + 8 * (value.counts.length + value.bounds.length);
  return HEAD + attributes + 2 * FIXED + numbers + VARINT;
}

/** A metric without points: name, description, unit, and what its data have besides points. */
export function metricSize(...texts: readonly string[]): number {
  return 2 * HEAD + 2 * VARINT + texts.reduce((sum, text) => sum + textSize(text), 0);
}

/** A request without metrics: a resource and a scope. */
export function requestSize(resource: Attributes, scope: readonly string[]): number {
  return 5 * HEAD + attributesSize(resource) + VARINT + metricSize(...scope);
}
