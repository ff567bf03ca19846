/** Writes what the kernel program writes, by the structs of its own source: the decoders' twin, for tests. */
import { readFileSync } from 'node:fs';

interface Field {
  readonly offset: number;
  /** Bytes of one element, and how many there are. */
  readonly width: number;
  readonly length: number;
}

export interface Struct {
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

/** A number or, of an array, its numbers; bytes go in as they are. */
export type Values = Readonly<Record<string, number | bigint | readonly number[] | Buffer>>;

const ELEMENT: Readonly<Record<string, number>> = {
  ...{ __u8: 1, char: 1, __u16: 2, __u32: 4, int: 4, __u64: 8, __s64: 8 },
};

const source = readFileSync(new URL('../../bpf/layout.h', import.meta.url), 'utf8').replace(
  /\/\*.*?\*\//gs,
  '',
);

const constants = new Map<string, number>();
for (const [, body = ''] of source.matchAll(/enum\s*\w*\s*\{([^}]*)\}/g)) {
  let next = 0;
  for (const entry of body.split(',').filter((text) => text.trim() !== '')) {
    const [name = '', value] = entry.split('=').map((text) => text.trim());
    next = value === undefined ? next : Number(value);
    constants.set(name, next++);
  }
}

const structs = new Map<string, Struct & { readonly align: number }>();
for (const [, name = '', body = ''] of source.matchAll(/^struct (\w+) \{\n(.*?)^\};/gms)) {
  const fields: Record<string, Field> = {};
  let [end, align] = [0, 1];
  for (const [, type = '', field = '', count] of body.matchAll(/(?:struct )?(\w+) (\w+)(?:\[(\w+)\])?;/g)) {
    const inner = structs.get(type);
    const width = inner?.size ?? ELEMENT[type];
    if (width === undefined) throw new Error(`no such type in the kernel program: ${type}`);
    const alignment = inner?.align ?? width;
    const length = count === undefined ? 1 : (constants.get(count) ?? Number(count));
    const offset = roundUp(end, alignment);
    fields[field] = { offset, width, length };
    end = offset + width * length;
    align = Math.max(align, alignment);
  }
  structs.set(name, { size: roundUp(end, align), fields, align });
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** A struct of the kernel program, laid out as compilers for 64 bits do. */
export function structOf(name: string): Struct {
  const struct = structs.get(name);
  if (!struct) throw new Error(`no such struct in the kernel program: ${name}`);
  return struct;
}

export function bytesOf(name: string, values: Values = {}): Buffer {
  const { size, fields } = structOf(name);
  const bytes = Buffer.alloc(size);
  for (const [key, value] of Object.entries(values)) {
    const field = fields[key];
    if (!field) throw new Error(`${name} has no ${key}`);
    const { offset, width, length } = field;
    if (Buffer.isBuffer(value)) value.copy(bytes, offset, 0, width * length);
    else
      [value].flat().forEach((one, i) => {
        const at = offset + i * width;
        if (width === 8) bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(one as number)), at);
        else bytes.writeUIntLE(Number(one), at, width);
      });
  }
  return bytes;
}

/** An address as the program keeps it: IPv4 as its IPv4-mapped IPv6 address. */
export function addressBytes(...bytes: number[]): Buffer {
  return Buffer.from(bytes.length === 4 ? [...Array(10).fill(0), 0xff, 0xff, ...bytes] : bytes);
}

const TCP = 6;
const NUMBERS = { outbound: 0, inbound: 1, unknown: 2 } as const;

/** The key of one dependency: 10.0.0.1 asks 10.0.0.2:80 over TCP in namespace 1, process 7, unless told otherwise. */
export function keyBytes(direction: keyof typeof NUMBERS = 'outbound', values: Values = {}): Buffer {
  return bytesOf('edge_key', {
    local: addressBytes(10, 0, 0, 1),
    remote: addressBytes(10, 0, 0, 2),
    ...{ netns: 1, pid: 7, port: 80, transport: TCP, direction: NUMBERS[direction] },
    ...values,
  });
}
