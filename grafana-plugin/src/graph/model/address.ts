/** One spelling per address: IPv4 written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address. */
export function normaliseAddress(address: string): string {
  const lower = address.toLowerCase();
  return lower.startsWith('::ffff:') && lower.includes('.') ? lower.slice(7) : lower;
}

/** Whether the address means "this host" and so never joins across hosts. */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/** Whether a listener's address stands for all of its host's addresses. */
export const isWildcard = (address: string): boolean =>
  address === '' || address === '0.0.0.0' || address === '::' || address === '*';
