/** The part of the wire format of protocol buffers that OTLP needs (https://protobuf.dev/programming-guides/encoding/). */

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** A field of a message: its number and its value. */
export interface Field {
  readonly number: number;
  /** The integer of a varint; undefined for other types, and for values beyond 53 bits. */
  readonly integer: number | undefined;
  /** The content of a length-delimited field or of a fixed one. */
  readonly content: Buffer;
  /** The whole field, tag included. */
  readonly whole: Buffer;
}

/** A field with a length: a message, a text, bytes, packed numbers. */
export function bytesField(number: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint((number << 3) | BYTES), varint(length), ...parts]);
}

/** Empty texts are the default, and left out. */
export function textField(number: number, text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : bytesField(number, Buffer.from(text));
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint((number << 3) | VARINT), varint(value)]);
}

/** Not negative, and at most 53 bits. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The fields of a message. Throws for bytes that are none. */
export function* readFields(message: Buffer): Generator<Field> {
  let at = 0;

  function readVarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('truncated protocol buffer');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      // Ten bytes at most: 64 bits.
      if (factor > 2 ** 62) throw new Error('invalid protocol buffer');
    }
  }

  function take(length: number): Buffer {
    if (at + length > message.length) throw new Error('truncated protocol buffer');
    at += length;
    return message.subarray(at - length, at);
  }

  while (at < message.length) {
    const start = at;
    const tag = readVarint();
    const type = tag & 7;
    let integer: number | undefined;
    let content: Buffer = Buffer.alloc(0);
    if (type === VARINT) {
      const value = readVarint();
      integer = Number.isSafeInteger(value) ? value : undefined;
    } else if (type === FIXED64) content = take(8);
    else if (type === BYTES) content = take(readVarint());
    else if (type === FIXED32) content = take(4);
    else throw new Error('invalid protocol buffer');
    yield { number: Math.floor(tag / 8), integer, content, whole: message.subarray(start, at) };
  }
}
