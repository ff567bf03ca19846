import { readFileSync } from 'node:fs';
import { formatIpv6 } from '../net/address.ts';

/**
 * The addresses of a network namespace that other hosts can reach: neither loopback nor link-local. `pid` is a process
 * in it. Empty if they cannot be read.
 */
export function readNetAddresses(procRoot: string, pid: number): string[] {
  return [
    ...parseFibTrie(readText(`${procRoot}/${pid}/net/fib_trie`)),
    ...parseIfInet6(readText(`${procRoot}/${pid}/net/if_inet6`)),
  ];
}

/** Reading addresses takes at most one part in this many of the time. */
const MAX_SHARE = 100;

/**
 * `readNetAddresses` with a cache for each namespace, refreshed no more often than its cost allows: the file with the
 * IPv4 addresses also contains all routes, which are hundreds of megabytes on a router. `uptime` is in ms.
 */
export function createNetAddresses(
  procRoot: string,
  uptime: () => number,
  read = readNetAddresses,
): (namespace: { netns: number; pid: number }) => readonly string[] {
  const known = new Map<number, { addresses: readonly string[]; freshUntil: number }>();

  return ({ netns, pid }) => {
    const start = uptime();
    const last = known.get(netns);
    if (last && start < last.freshUntil) return last.addresses;
    const addresses = read(procRoot, pid);
    const end = uptime();
    known.set(netns, { addresses, freshUntil: end + (end - start) * MAX_SHARE });
    for (const [other, { freshUntil }] of known) if (freshUntil <= start) known.delete(other);
    return addresses;
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The IPv4 addresses of `/proc/net/fib_trie` (net/ipv4/fib_trie.c): leaves marked `/32 host LOCAL`. */
export function parseFibTrie(text: string): string[] {
  const addresses = new Set<string>();
  let leaf = '';
  for (const line of text.split('\n')) {
    const prefix = /^\s*\|-- (\S+)$/.exec(line)?.[1];
    if (prefix !== undefined) leaf = prefix;
    else if (line.includes('/32 host LOCAL') && !leaf.startsWith('127.') && !leaf.startsWith('169.254.')) {
      addresses.add(leaf);
    }
  }
  return [...addresses];
}

/** `/proc/net/if_inet6` (net/ipv6/addrconf.c): address, index, prefix length, scope, flags, name. */
export function parseIfInet6(text: string): string[] {
  const GLOBAL_SCOPE = '00';
  const addresses: string[] = [];
  for (const line of text.split('\n')) {
    const [address, , , scope] = line.trim().split(/\s+/);
    if (address?.length === 32 && scope === GLOBAL_SCOPE)
      addresses.push(formatIpv6(Buffer.from(address, 'hex')));
  }
  return addresses;
}
