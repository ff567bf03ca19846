import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MalformedMessageError } from '../net/netlink.ts';
import { decodeConnections, encodeDumpRequest, IPS_DST_NAT, type TranslatedConnection } from './message.ts';

const FOLDER = 'test/fixtures/conntrack';

function recorded(name: string): Buffer[] {
  const files = readdirSync(FOLDER).filter((file) => file.startsWith(`${name}.`));
  return files.sort().map((file) => readFileSync(`${FOLDER}/${file}`));
}

function decode(datagrams: readonly Buffer[]) {
  const into: TranslatedConnection[] = [];
  const states = datagrams.map((datagram) => decodeConnections(datagram, into).state);
  const connections = into.map(({ id, ...rest }) => rest);
  return { connections: connections.sort((a, b) => a.original.srcPort - b.original.srcPort), states };
}

const tuple = (src: string, srcPort: number, dst: string, dstPort: number) => ({
  src,
  srcPort,
  dst,
  dstPort,
});

/** See README.md of the fixtures. */
const TO_BACKEND: Omit<TranslatedConnection, 'id'> = {
  transport: 'tcp',
  original: tuple('10.1.2.3', 50001, '10.250.0.1', 80),
  reply: tuple('10.1.2.3', 7001, '10.1.2.3', 50001),
};
const FROM_OTHER: Omit<TranslatedConnection, 'id'> = {
  transport: 'tcp',
  original: tuple('10.1.2.3', 50002, '10.1.2.3', 7002),
  reply: tuple('10.1.2.3', 7002, '10.1.2.4', 50002),
};
const OVER_IPV6: Omit<TranslatedConnection, 'id'> = {
  transport: 'tcp',
  original: tuple('fd00::42', 50003, 'fd00:250::1', 80),
  reply: tuple('fd00::42', 7003, 'fd00::42', 50003),
};
const DATAGRAM: Omit<TranslatedConnection, 'id'> = {
  transport: 'udp',
  original: tuple('10.1.2.3', 50011, '10.250.0.1', 53),
  reply: tuple('10.1.2.3', 7011, '10.1.2.3', 50011),
};

it('encodes the request for one kind of connections in the kernel’s layout', () => {
  const header = '24000000' + '0101' + '0103' + '00000000' + '00000000';
  const status = '0800' + '0300' + '00000020' + '0800' + '1a00' + '00000020';
  expect(encodeDumpRequest(IPS_DST_NAT).toString('hex')).toBe(`${header}00000000${status}`);
});

it('decodes events of new connections, of which the filter accepts only translated ones', () => {
  const datagrams = recorded('new');
  expect(datagrams).toHaveLength(4);
  expect(decode(datagrams).connections).toEqual([TO_BACKEND, FROM_OTHER, OVER_IPV6, DATAGRAM]);
});

it('decodes dumps that the kernel has filtered', () => {
  expect(decode(recorded('source'))).toEqual({ connections: [FROM_OTHER], states: ['more', 'done'] });
  expect(decode(recorded('destination')).connections).toEqual([TO_BACKEND, OVER_IPV6, DATAGRAM]);
});

it('omits connections without translation if the kernel does not filter', () => {
  expect(decode(recorded('all')).connections).toEqual([TO_BACKEND, FROM_OTHER, OVER_IPV6, DATAGRAM]);
});

it('finds the same id of a connection in an event and in a dump', () => {
  const ids = (name: string) => {
    const into: TranslatedConnection[] = [];
    for (const datagram of recorded(name)) decodeConnections(datagram, into);
    return into.map(({ id }) => id).sort();
  };
  expect(new Set(ids('new')).size).toBe(4);
  expect(ids('all')).toEqual(ids('new'));
});

it('decodes any bytes to complete connections, or throws a MalformedMessageError', () => {
  const wholes = [...recorded('all'), ...recorded('new')];
  const damaged = fc.constantFrom(...wholes).chain((whole) => {
    const index = fc.nat(whole.length - 1);
    const changes = fc.array(fc.tuple(index, fc.nat(255)), { maxLength: 6 });
    return fc.tuple(changes, fc.nat(whole.length)).map(([list, length]) => {
      const datagram = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of list) if (at < datagram.length) datagram[at] = value;
      return datagram;
    });
  });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (datagram) => {
      const into: TranslatedConnection[] = [];
      try {
        decodeConnections(datagram, into);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
      for (const { original, reply } of into)
        for (const { src, dst, srcPort, dstPort } of [original, reply]) {
          expect(src && dst).not.toBe('');
          for (const port of [srcPort, dstPort]) expect(port).toBeLessThanOrEqual(65535);
        }
    }),
    { numRuns: 2000 },
  );
});
