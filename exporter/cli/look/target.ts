import { isIP } from 'node:net';
import { formatIpv6, parseAddress } from '@musubi/agent/net/address';

/** What to search for: a service or host by name, or an address with or without a port. */
export type SearchTarget =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string; readonly port?: number };

/** Reads `api`, `web-7`, `10.0.0.1`, `10.0.0.1:5432`, `fd00::1`, `[fd00::1]:5432`. Throws for an invalid port. */
export function parseTarget(text: string): SearchTarget {
  if (text.trim() === '') throw new Error('expected a value that is not empty');
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d+))?$/.exec(text) ?? [];
  const address = canonicalAddress(bracketed ?? plain ?? text);
  if (address === undefined) return { kind: 'name', name: text };
  if (digits === undefined) return { kind: 'address', address };
  const port = Number(digits);
  if (port < 1 || port > 65535) throw new Error('expected a port from 1 to 65535');
  return { kind: 'address', address, port };
}

/** The form that Musubi's labels use; undefined for anything but an address. */
function canonicalAddress(text: string): string | undefined {
  if (isIP(text) !== 6) return isIP(text) === 4 ? text : undefined;
  // The URL parser accepts every notation and gives one without a dotted part.
  const [, groups = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname) ?? [];
  return formatIpv6(parseAddress(groups));
}
