import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatIpv4, formatIpv6, parseAddress } from '../net/address.ts';
import { createNetworkTable } from './networks.ts';

/** Addresses that differ in few bits, so that ranges hold one another. */
const near = (length: number) =>
  fc
    .array(fc.constantFrom(0, 1, 128, 255), { minLength: length, maxLength: length })
    .map((bytes) => Uint8Array.from(bytes));
const address = fc
  .oneof(near(4), near(16))
  .map((bytes) => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes)));
const cidr = fc
  .tuple(address, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([at, share]) => ({ cidr: `${at}/${Math.round(share * 8 * parseAddress(at).length)}` }));

const bits = (at: string) => [...parseAddress(at)].map((byte) => byte.toString(2).padStart(8, '0')).join('');

it('finds what a naive search finds: the longest prefix, of equal ones the last', () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 20 }), address, (networks, wanted) => {
      let best: (typeof networks)[number] | undefined;
      let bestLength = -1;
      for (const network of networks) {
        const [at = '', length] = network.cidr.split('/');
        const isHeld =
          bits(at).length === bits(wanted).length &&
          bits(wanted).startsWith(bits(at).slice(0, Number(length)));
        if (isHeld && Number(length) >= bestLength) [best, bestLength] = [network, Number(length)];
      }
      expect(createNetworkTable(networks).find(wanted)).toBe(best);
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ['10.0.0.7', '10.0.0.7', true],
  ['10.0.0.7', '10.0.0.6', false],
  ['fd00::7', 'fd00::7', true],
  ['fd00::7', 'fd00::6', false],
])('takes the bare address %s as a range of one (%s)', (range, wanted, isHeld) => {
  expect(createNetworkTable([{ cidr: range }]).find(wanted) !== undefined).toBe(isHeld);
});
