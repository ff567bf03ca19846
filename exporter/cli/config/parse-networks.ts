import { isIPv4, isIPv6 } from 'node:net';
import { parseAddress } from '@musubi/agent/net/address';
import type { Network } from '@musubi/agent/resolve/networks';

const KEYS = ['cidr', 'name', 'kind', 'site'];

/** Parses `networks:` of the configuration file. Throws an `Error` that names the network, counted from 1, and the key. */
export function parseNetworks(value: unknown): Network[] {
  if (!Array.isArray(value)) throw new Error('networks: expected a list');
  const networks = value.map((entry, at) => parseNetwork(entry, `network ${at + 1}`));
  const twice = findDuplicate(networks);
  if (twice) throw new Error(`network ${twice.at + 1}: the same range as network ${twice.before + 1}`);
  return networks;
}

/** Parses `10.0.0.0/8=office,203.0.113.0/24`: ranges, with an optional name for each. */
export function parseNetworksText(text: string): Network[] {
  const networks = text.split(',').map((part) => {
    const [cidr = '', ...name] = part.trim().split('=');
    if (!isCidr(cidr)) throw new Error('expected CIDR ranges such as 10.0.0.0/8=office,203.0.113.0/24');
    if (name.length === 0) return { cidr };
    if (name.join('=').trim() === '') throw new Error(`expected a name after ${cidr}=`);
    return { cidr, name: name.join('=').trim() };
  });
  const twice = findDuplicate(networks);
  if (twice) throw new Error(`expected each range once, not ${networks[twice.at]?.cidr} twice`);
  return networks;
}

/** The first network with the same range as one before it, however it is written. */
function findDuplicate(networks: readonly Network[]): { at: number; before: number } | undefined {
  const seen = new Map<string, number>();
  for (const [at, { cidr }] of networks.entries()) {
    const range = rangeOf(cidr);
    const before = seen.get(range);
    if (before !== undefined) return { at, before };
    seen.set(range, at);
  }
  return undefined;
}

/** The bits of the prefix, the same for all ways to write a range. */
function rangeOf(cidr: string): string {
  const [address = '', length] = cidr.split('/');
  const bits = [...parseAddress(address)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return `${bits.length} ${length === undefined ? bits : bits.slice(0, Number(length))}`;
}

function parseNetwork(value: unknown, place: string): Network {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${place}: not a mapping of ${KEYS.join(', ')}`);
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key))
      throw new Error(`${place}: unknown key ${JSON.stringify(key)}; expected ${KEYS.join(', ')}`);
  }
  const { cidr, name, kind, site } = value as Record<string, unknown>;
  if (typeof cidr !== 'string' || !isCidr(cidr))
    throw new Error(
      `${place}: cidr: invalid value ${JSON.stringify(cidr ?? null)} (expected a CIDR range such as 10.0.0.0/8)`,
    );
  if (kind !== undefined && kind !== 'network')
    throw new Error(`${place}: kind: invalid value ${JSON.stringify(kind)} (expected network)`);
  return { cidr, ...textOf(name, 'name', place), ...textOf(site, 'site', place) };
}

function textOf<K extends string>(value: unknown, key: K, place: string): { readonly [key in K]?: string } {
  if (value === undefined) return {};
  // A name may be all digits, which YAML takes for a number.
  const text = typeof value === 'number' ? `${value}` : value;
  if (typeof text !== 'string' || text.trim() === '') throw new Error(`${place}: ${key}: not text`);
  return { [key]: text } as { [key in K]: string };
}

/** `10.0.0.0/8`, `fd00::/8`, or an address alone; neither zones nor IPv4 within IPv6. */
function isCidr(text: string): boolean {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const [, address = '', length = '0'] = match ?? [];
  if (isIPv4(address)) return Number(length) <= 32;
  return isIPv6(address) && !address.includes('.') && Number(length) <= 128;
}
