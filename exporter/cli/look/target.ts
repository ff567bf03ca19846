import { isIP } from 'node:net';
import { formatIpv6, parseAddress } from '@musubi/agent/net/address';

/** What a person asks about: a service or host by its name, or an address with or without a port. */
export type Target =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string; readonly port?: number };

/** Reads `api`, `web-7`, `10.0.0.1`, `10.0.0.1:5432`, `fd00::1`, `[fd00::1]:5432`. Throws for a port that is none. */
export function parseTarget(text: string): Target {
  if (text.trim() === '') throw new Error('is empty');
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d+))?$/.exec(text) ?? [];
  const address = canonicalAddress(bracketed ?? plain ?? text);
  if (address === undefined) return { kind: 'name', name: text };
  if (digits === undefined) return { kind: 'address', address };
  const port = Number(digits);
  if (port < 1 || port > 65535) throw new Error('has a port that is none of 1 to 65535');
  return { kind: 'address', address, port };
}

/** As Musubi's labels have it; undefined for what is no address. */
function canonicalAddress(text: string): string | undefined {
  if (isIP(text) !== 6) return isIP(text) === 4 ? text : undefined;
  // The URL parser takes every way to write an address, and gives one without a dotted part.
  const [, groups = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname) ?? [];
  return formatIpv6(parseAddress(groups));
}
