/**
 * IP addresses as canonical text (RFC 5952 for IPv6). An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) becomes its IPv4
 * address: the kernel uses it for an IPv4 client of a dual-stack socket, while the client has the IPv4 address.
 */

const ZERO = '0'.charCodeAt(0);

export const ANY_IPV4 = '0.0.0.0';
export const ANY_IPV6 = '::';

/** Four bytes in network order to dotted text. */
export function formatIpv4(bytes: Uint8Array, offset = 0): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Sixteen bytes in network order to canonical text; an IPv4-mapped address becomes its IPv4 text. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  if (isIpv4Mapped(bytes, offset)) return formatIpv4(bytes, offset + 12);
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[offset + i] ?? 0) << 8) | (bytes[offset + i + 1] ?? 0));
  const [start, length] = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function isIpv4Mapped(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false;
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
    start += length;
  }
  return best;
}

/** Whether it is a loopback address (127.0.0.0/8, ::1). */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** The other address of `localhost`; undefined for any but its two. */
export function otherLoopback(address: string): string | undefined {
  if (address === '::1') return '127.0.0.1';
  return address === '127.0.0.1' ? '::1' : undefined;
}

/** Whether it is a link-local address (169.254.0.0/16, fe80::/10). */
export function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab].:/.test(address);
}

/** Whether it is a wildcard address: a socket bound to it accepts on all addresses. */
export function isWildcard(address: string): boolean {
  return address === ANY_IPV4 || address === ANY_IPV6;
}

/** Whether the address is written as IPv6. */
export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function formatEndpoint(address: string, port: number): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Called for each translated connection, and so without a string for each part. */
function parseIpv4(address: string): Uint8Array {
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < address.length; i++) {
    const digit = address.charCodeAt(i) - ZERO;
    if (digit < 0) at++;
    else bytes[at] = (bytes[at] ?? 0) * 10 + digit;
  }
  return bytes;
}

/** The 4 or 16 bytes of an address in the format of `formatIpv4` or `formatIpv6`. */
export function parseAddress(address: string): Uint8Array {
  if (!isIpv6(address)) return parseIpv4(address);
  const [head = '', tail] = address.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const all = [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
