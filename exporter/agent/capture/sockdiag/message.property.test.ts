import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DUMPS, readDump } from '../../../../test/fixtures/netlink.ts';
import { MalformedMessageError } from '../../net/netlink.ts';
import type { Socket } from '../polling/socket.ts';
import { decodeDump } from './message.ts';

/** A recorded datagram with some bytes changed, and pieces of it repeated or removed. */
const spoiled = fc.constantFrom(...DUMPS).chain(({ name, transport }) => {
  const [whole = Buffer.alloc(0)] = readDump(name);
  const place = fc.nat(whole.length);
  const change = fc.tuple(place, fc.nat(255));
  const piece = fc
    .tuple(place, place)
    .map(([from, to]) => whole.subarray(Math.min(from, to), Math.max(from, to)));
  return fc
    .tuple(
      fc.oneof(fc.constant([whole]), fc.array(piece, { maxLength: 4 })),
      fc.array(change, { maxLength: 8 }),
    )
    .map(([pieces, changes]) => {
      const datagram = Buffer.concat(pieces);
      for (const [at, value] of changes) if (at < datagram.length) datagram[at] = value;
      return { datagram, transport };
    });
});

it('decodes whole sockets from a malformed dump, or throws a typed error', () => {
  fc.assert(
    fc.property(spoiled, ({ datagram, transport }) => {
      const sockets: Socket[] = [];
      try {
        decodeDump(datagram, transport, sockets);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
      expect(sockets.length * 72).toBeLessThanOrEqual(datagram.length);
      for (const { localAddress, remoteAddress, state, inode, localPort, remotePort, ...counts } of sockets) {
        expect(isIP(localAddress) && isIP(remoteAddress)).not.toBe(0);
        for (const value of [state, inode, localPort, remotePort]) expect(Number.isInteger(value)).toBe(true);
        for (const port of [localPort, remotePort]) expect(port).toBeLessThanOrEqual(65535);
        for (const count of [counts.transmittedBytes, counts.receivedBytes, counts.retransmits, counts.rtt])
          expect(count === undefined || Number.isFinite(count)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
