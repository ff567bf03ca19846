/** Reads the wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding/). */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A field of a message: its number and its value. */
export interface Field {
  readonly number: number;
  /** The integer of a varint; undefined for other types, and for values beyond 53 bits. */
  readonly integer: number | undefined;
  /** The content of a length-delimited field or of a fixed one. */
  readonly content: Buffer;
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
    yield { number: Math.floor(tag / 8), integer, content };
  }
}
