/** DNS responses on the wire: RFC 1035, section 4. */

import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { escapeBytes } from '../../text/escape-bytes.ts';

/** The addresses of one name. */
export interface DnsResponse {
  /**
   * The queried name, in lower case and without the final dot. Bytes that are not UTF-8, and zero bytes, are written
   * `\xHH`; a dot or backslash within a label is escaped by a backslash. Different names have different texts.
   */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Time to live in seconds: the least of all records that lead to the addresses. */
  readonly ttl: number;
}

/** Bytes that are not a DNS message. */
export class MalformedResponseError extends Error {
  readonly code = 'ERR_MALFORMED_DNS';
  constructor(what: string, offset: number) {
    super(`malformed DNS message at byte ${offset}: ${what}`);
    this.name = 'MalformedResponseError';
  }
}

const HEADER = 12;
const TYPE_A = 1;
const TYPE_CNAME = 5;
const TYPE_AAAA = 28;
const CLASS_IN = 1;
const POINTER = 0xc0;
/** Including the length byte of each label and of the root. */
const MAX_NAME_BYTES = 255;
const [DOT, BACKSLASH] = [0x2e, 0x5c];
const [UPPER_A, UPPER_Z, LOWER_A] = [0x41, 0x5a, 0x61];

/**
 * Parses a successful response to a query for addresses; undefined for any other message. Takes only the addresses to
 * which the queried name leads, through its aliases (CNAME) in the order of the message, and ignores all other records.
 * Throws `MalformedResponseError`.
 */
export function parseResponse(message: Buffer): DnsResponse | undefined {
  requireBytes(message, 0, HEADER);
  const isResponse = (message.readUInt8(2) & 0xf8) === 0x80;
  const isSuccess = (message.readUInt8(3) & 0x0f) === 0;
  if (!isResponse || !isSuccess || message.readUInt16BE(4) !== 1) return undefined;

  const question = readName(message, HEADER);
  requireBytes(message, question.end, 4);
  const type = message.readUInt16BE(question.end);
  if (type !== TYPE_A && type !== TYPE_AAAA) return undefined;

  const aliases = new Set([question.name]);
  const addresses: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  let at = question.end + 4;
  for (let rest = message.readUInt16BE(6); rest > 0; rest--) {
    const record = readRecord(message, at);
    at = record.end;
    if (record.class !== CLASS_IN || !aliases.has(record.owner)) continue;
    if (record.type === TYPE_CNAME) aliases.add(readName(message, record.data).name);
    else if (record.type === type) addresses.push(readAddress(message, record));
    else continue;
    ttl = Math.min(ttl, record.ttl);
  }
  return addresses.length > 0 && question.name !== '' ? { name: question.name, addresses, ttl } : undefined;
}

interface ResourceRecord {
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** The offsets of the first byte of its data, and of the byte after. */
  readonly data: number;
  readonly end: number;
}

function readRecord(message: Buffer, at: number): ResourceRecord {
  const { name: owner, end: fields } = readName(message, at);
  requireBytes(message, fields, 10);
  const data = fields + 10;
  const length = message.readUInt16BE(fields + 8);
  requireBytes(message, data, length);
  const ttl = message.readUInt32BE(fields + 4);
  return {
    owner,
    type: message.readUInt16BE(fields),
    class: message.readUInt16BE(fields + 2),
    // A value with the first bit set counts as zero (RFC 2181, section 8).
    ttl: ttl > 0x7fffffff ? 0 : ttl,
    data,
    end: data + length,
  };
}

function readAddress(message: Buffer, { type, data, end }: ResourceRecord): string {
  const length = type === TYPE_A ? 4 : 16;
  if (end - data !== length) throw new MalformedResponseError(`an address of ${end - data} bytes`, data);
  return type === TYPE_A ? formatIpv4(message, data) : formatIpv6(message, data);
}

/** Reads a name. `end` is the offset after it, not following its pointers. */
function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let bytes = 0;
  /** A pointer must lead to a prior occurrence (RFC 1035, section 4.1.4), so there are no loops. */
  let before = start;
  for (let at = start; ; ) {
    requireBytes(message, at, 1);
    const length = message.readUInt8(at);
    if (length >= POINTER) {
      requireBytes(message, at, 2);
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      if (at >= before) throw new MalformedResponseError('a forward pointer', at);
      before = at;
      continue;
    }
    if (length >= 64) throw new MalformedResponseError(`a label of type ${length >> 6}`, at);
    bytes += 1 + length;
    if (bytes > MAX_NAME_BYTES) throw new MalformedResponseError('a name that is too long', start);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    requireBytes(message, at + 1, length);
    labels.push(labelText(message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** Only ASCII letters are compared without case (RFC 4343). */
function labelText(label: Uint8Array): string {
  const bytes = [...label].flatMap((byte) => {
    if (byte === DOT || byte === BACKSLASH) return [BACKSLASH, byte];
    return byte >= UPPER_A && byte <= UPPER_Z ? byte + LOWER_A - UPPER_A : byte;
  });
  return escapeBytes(Uint8Array.from(bytes)).replaceAll('\0', '\\x00');
}

function requireBytes(message: Buffer, at: number, length: number): void {
  if (at + length > message.length) throw new MalformedResponseError('truncated', message.length);
}
