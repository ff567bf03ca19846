/** Normalises an address: an IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) becomes the IPv4 address. */
export function normaliseAddress(address: string): string {
  const lower = address.toLowerCase();
  return lower.startsWith('::ffff:') && lower.includes('.') ? lower.slice(7) : lower;
}

/** Whether the address is a loopback address, which never joins across hosts. */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** Whether a listener's address means all addresses of its host. */
export const isWildcard = (address: string): boolean =>
  address === '' || address === '0.0.0.0' || address === '::' || address === '*';

/** Whether a text is an IP address, and not a name. */
export const isIpAddress = (text: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+$/.test(text) || (text.includes(':') && /^[\da-fA-F:.]+(%.+)?$/.test(text));
