import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TcpState } from '../polling/tcp-state.ts';
import { parseTcpInfo } from './tcp-info.ts';

/** A struct with these fields at the offsets of include/uapi/linux/tcp.h, truncated to `length`. */
function tcpInfo(
  { state = 0, unacked = 0, rtt = 0, retransmits = 0, acked = 0n, received = 0n, sent = 0n, resent = 0n },
  length = 232,
): Buffer {
  const struct = Buffer.alloc(232);
  struct.writeUInt8(state, 0);
  struct.writeUInt32LE(unacked, 24);
  struct.writeUInt32LE(rtt, 68);
  struct.writeUInt32LE(retransmits, 100);
  struct.writeBigUInt64LE(acked, 120);
  struct.writeBigUInt64LE(received, 128);
  struct.writeBigUInt64LE(sent, 200);
  struct.writeBigUInt64LE(resent, 208);
  return struct.subarray(0, length);
}

it('reads each field at the kernel’s offset', () => {
  const struct = tcpInfo({ rtt: 1500, retransmits: 3, received: 70n, sent: 5_000_000_000n, resent: 100n });
  expect(parseTcpInfo(struct)).toEqual({
    rtt: 0.0015,
    retransmits: 3,
    receivedBytes: 70,
    transmittedBytes: 4_999_999_900,
  });
});

it.each([
  ['of a client, whose SYN is among the acknowledged bytes', { acked: 901n }, true],
  ['of a server', { acked: 900n }, false],
  ['of a server whose client has closed', { state: TcpState.closeWait, acked: 900n }, false],
  ['with unacknowledged bytes', { acked: 500n, unacked: 1 }, undefined],
  [
    'that has closed, whose FIN might be counted as well',
    { state: TcpState.finWait2, acked: 901n },
    undefined,
  ],
  ['with inconsistent counts', { acked: 907n }, undefined],
])('determines the role of a socket %s', (_title, fields, initiated) => {
  const struct = { state: TcpState.established, sent: 1000n, resent: 100n, ...fields };
  expect(parseTcpInfo(tcpInfo(struct)).initiated).toBe(initiated);
});

it('omits a round-trip time that is not measured yet', () => {
  expect(parseTcpInfo(tcpInfo({ rtt: 0 }))).not.toHaveProperty('rtt');
});

it.each([
  [0, []],
  [71, []],
  [72, ['rtt']],
  [104, ['retransmits', 'rtt']],
  [136, ['receivedBytes', 'retransmits', 'rtt']],
  [215, ['receivedBytes', 'retransmits', 'rtt']],
  [216, ['receivedBytes', 'retransmits', 'rtt', 'transmittedBytes']],
])('reads the fields in the first %i bytes, as sent by older kernels', (length, fields) => {
  expect(Object.keys(parseTcpInfo(tcpInfo({ rtt: 1 }, length))).sort()).toEqual(fields);
});

it('is exact to 2^53', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n }), (received) => {
      expect(parseTcpInfo(tcpInfo({ received })).receivedBytes).toBe(Number(received));
    }),
  );
});

it('accepts any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseTcpInfo(Buffer.from(bytes));
    }),
  );
});
