import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEndpoint, formatIpv4, formatIpv6, isIpv6, isLoopback, parseAddress } from './address.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Addresses with runs of zeros, where the canonical form is hardest. */
const sparse = fc
  .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
  .map((values) => Uint8Array.from(values));

describe('formatIpv6', () => {
  it('formats every address as the C library does', () => {
    fc.assert(
      fc.property(fc.oneof(bytes(16), sparse), (address) => {
        const text = formatIpv6(address);
        if (isIPv4(text)) return;
        expect(isIPv6(text)).toBe(true);
        const canonical = new SocketAddress({ address: text, family: 'ipv6' }).address;
        // inet_ntop writes the deprecated IPv4-compatible ::a.b.c.d with dots; RFC 5952 requires it only
        // where the prefix is well known, and then that prefix is ::ffff.
        if (!canonical.includes('.')) expect(text).toBe(canonical);
      }),
    );
  });

  it('formats an IPv4-mapped address as IPv4', () => {
    const mapped = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3]);
    expect(formatIpv6(mapped)).toBe('10.1.2.3');
    expect(formatIpv6(mapped)).toBe(formatIpv4(mapped, 12));
  });

  it('shortens the first of two equal runs of zeros, and never a single zero', () => {
    const address = (...groups: number[]) =>
      Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
    expect(formatIpv6(address(0, 0, 0, 0, 0, 0, 0, 0))).toBe('::');
    expect(formatIpv6(address(0, 0, 0, 0, 0, 0, 0, 1))).toBe('::1');
    expect(formatIpv6(address(0x2001, 0, 0, 1, 0, 0, 1, 1))).toBe('2001::1:0:0:1:1');
    expect(formatIpv6(address(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1))).toBe('2001:db8:0:1:1:1:1:1');
  });
});

it('distinguishes loopback from other addresses', () => {
  expect(isLoopback('127.0.0.53')).toBe(true);
  expect(isLoopback('::1')).toBe(true);
  expect(isLoopback('128.0.0.1')).toBe(false);
});

it('brackets IPv6 in an endpoint', () => {
  expect(formatEndpoint('fd00::1', 80)).toBe('[fd00::1]:80');
  expect(formatEndpoint('10.0.0.1', 80)).toBe('10.0.0.1:80');
});

it('parses what it formats', () => {
  fc.assert(
    fc.property(fc.oneof(bytes(16), sparse), (address) => {
      const text = formatIpv6(address);
      const parsed = parseAddress(text);
      expect(parsed.length === 4 ? formatIpv4(parsed) : formatIpv6(parsed)).toBe(text);
      if (isIpv6(text)) expect([...parsed]).toEqual([...address]);
    }),
  );
});
