/** Writes the structs of the kernel program, for tests: the inverse of the decoders. */
import { parseLayoutHeader, type Struct } from './layout-header.case.ts';

/** A number or, for an array, its numbers; a buffer is copied. */
export type Values = Readonly<Record<string, number | bigint | readonly number[] | Buffer>>;

const { structs } = parseLayoutHeader();

/** A struct of the kernel program. */
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

/** An address as the kernel program stores it: IPv4 as an IPv4-mapped IPv6 address. */
export function addressBytes(...bytes: number[]): Buffer {
  return Buffer.from(bytes.length === 4 ? [...Array(10).fill(0), 0xff, 0xff, ...bytes] : bytes);
}

const TCP = 6;
const NUMBERS = { outbound: 0, inbound: 1, unknown: 2 } as const;

/** The key of one edge. By default process 7 on 10.0.0.1 in namespace 1 connects to 10.0.0.2:80 over TCP. */
export function keyBytes(direction: keyof typeof NUMBERS = 'outbound', values: Values = {}): Buffer {
  return bytesOf('edge_key', {
    local: addressBytes(10, 0, 0, 1),
    remote: addressBytes(10, 0, 0, 2),
    ...{ netns: 1, pid: 7, port: 80, transport: TCP, direction: NUMBERS[direction] },
    ...values,
  });
}
