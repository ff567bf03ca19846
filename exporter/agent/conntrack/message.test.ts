import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MalformedMessageError } from '../net/netlink.ts';
import { decodeConnections, encodeDumpRequest, IPS_DST_NAT, type Translated } from './message.ts';

const FOLDER = 'test/fixtures/conntrack';

function recorded(name: string): Buffer[] {
  const files = readdirSync(FOLDER).filter((file) => file.startsWith(`${name}.`));
  return files.sort().map((file) => readFileSync(`${FOLDER}/${file}`));
}

function decode(datagrams: readonly Buffer[]) {
  const into: Translated[] = [];
  const states = datagrams.map((datagram) => decodeConnections(datagram, into).state);
  const connections = into.map(({ id, ...rest }) => rest);
  return { connections: connections.sort((a, b) => a.original.srcPort - b.original.srcPort), states };
}

const way = (src: string, srcPort: number, dst: string, dstPort: number) => ({ src, srcPort, dst, dstPort });

/** As README.md of the fixtures tells. */
const TO_BACKEND: Omit<Translated, 'id'> = {
  transport: 'tcp',
  original: way('10.1.2.3', 50001, '10.250.0.1', 80),
  reply: way('10.1.2.3', 7001, '10.1.2.3', 50001),
};
const FROM_OTHER: Omit<Translated, 'id'> = {
  transport: 'tcp',
  original: way('10.1.2.3', 50002, '10.1.2.3', 7002),
  reply: way('10.1.2.3', 7002, '10.1.2.4', 50002),
};
const OVER_IPV6: Omit<Translated, 'id'> = {
  transport: 'tcp',
  original: way('fd00::42', 50003, 'fd00:250::1', 80),
  reply: way('fd00::42', 7003, 'fd00::42', 50003),
};
const DATAGRAM: Omit<Translated, 'id'> = {
  transport: 'udp',
  original: way('10.1.2.3', 50011, '10.250.0.1', 53),
  reply: way('10.1.2.3', 7011, '10.1.2.3', 50011),
};

it('asks for the connections of one kind in the kernel’s layout', () => {
  const header = '24000000' + '0101' + '0103' + '00000000' + '00000000';
  const status = '0800' + '0300' + '00000020' + '0800' + '1a00' + '00000020';
  expect(encodeDumpRequest(IPS_DST_NAT).toString('hex')).toBe(`${header}00000000${status}`);
});

it('reads new connections, of which the filter has let only translated ones pass', () => {
  const datagrams = recorded('new');
  expect(datagrams).toHaveLength(4);
  expect(decode(datagrams).connections).toEqual([TO_BACKEND, FROM_OTHER, OVER_IPV6, DATAGRAM]);
});

it('reads dumps that the kernel has filtered', () => {
  expect(decode(recorded('source'))).toEqual({ connections: [FROM_OTHER], states: ['more', 'done'] });
  expect(decode(recorded('destination')).connections).toEqual([TO_BACKEND, OVER_IPV6, DATAGRAM]);
});

it('leaves out what is not translated where the kernel does not filter', () => {
  expect(decode(recorded('all')).connections).toEqual([TO_BACKEND, FROM_OTHER, OVER_IPV6, DATAGRAM]);
});

it('knows a connection by the same id, in an event and in a dump', () => {
  const ids = (name: string) => {
    const into: Translated[] = [];
    for (const datagram of recorded(name)) decodeConnections(datagram, into);
    return into.map(({ id }) => id).sort();
  };
  expect(new Set(ids('new')).size).toBe(4);
  expect(ids('all')).toEqual(ids('new'));
});

it('refuses with a typed error what no kernel sends, or makes whole connections of it', () => {
  const wholes = [...recorded('all'), ...recorded('new')];
  const spoiled = fc.constantFrom(...wholes).chain((whole) => {
    const place = fc.nat(whole.length - 1);
    const changes = fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 6 });
    return fc.tuple(changes, fc.nat(whole.length)).map(([list, length]) => {
      const datagram = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of list) if (at < datagram.length) datagram[at] = value;
      return datagram;
    });
  });
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (datagram) => {
      const into: Translated[] = [];
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
