import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../capture/capture.ts';
import { createFold } from './fold.ts';

function observation(fields: Partial<Observation> = {}): Observation {
  return {
    id: '1',
    netns: 7,
    transport: 'tcp',
    direction: 'outbound',
    localAddress: '10.0.0.1',
    remoteAddress: '10.0.0.9',
    port: 5432,
    pid: 20,
    open: 1,
    opened: 1,
    ...fields,
  };
}

describe('folding', () => {
  it('makes one flow of connections that differ in nothing but the ephemeral port', () => {
    const flows = createFold()([observation(), observation({ id: '2' }), observation({ id: '3', open: 0 })]);
    expect(flows).toMatchObject([{ open: 2, opened: 3, port: 5432, pid: 20 }]);
  });

  it.each([
    ['netns', 8],
    ['transport', 'udp'],
    ['direction', 'inbound'],
    ['localAddress', '10.0.0.2'],
    ['remoteAddress', '10.0.0.8'],
    ['port', 5433],
    ['pid', 21],
    ['pid', undefined],
  ] as const)('keeps flows with another %s apart (%s)', (field, value) => {
    expect(createFold()([observation(), observation({ id: '2', [field]: value })])).toHaveLength(2);
  });

  it('takes the mean of what is open for the round-trip time', () => {
    const [flow] = createFold()([
      observation({ rtt: 0.1 }),
      observation({ id: '2', rtt: 0.3 }),
      observation({ id: '3', rtt: 9, open: 0 }),
      observation({ id: '4' }),
    ]);
    expect(flow).toMatchObject({ rttSum: 0.4, rttCount: 2 });
  });
});

describe('change', () => {
  it('is told from pass to pass', () => {
    const fold = createFold();
    expect(fold([observation({ transmittedBytes: 100 })])).toMatchObject([
      { opened: 1, transmittedBytes: 100 },
    ]);
    expect(fold([observation({ transmittedBytes: 130 })])).toMatchObject([
      { opened: 0, transmittedBytes: 30 },
    ]);
  });

  it('is none where a count went back, nor where it comes back', () => {
    const fold = createFold();
    const sent = (retransmits: number) => fold([observation({ retransmits })])[0]?.retransmits;
    expect([sent(5), sent(3), sent(5), sent(6)]).toEqual([5, 0, 0, 1]);
  });

  it('is not told of a count that no source gives', () => {
    const [flow] = createFold()([observation({ receivedBytes: 0 })]);
    expect(flow).toHaveProperty('receivedBytes', 0);
    expect(flow).not.toHaveProperty('transmittedBytes');
  });

  it('of a connection that ended and did nothing more makes no flow', () => {
    const fold = createFold();
    expect(fold([observation({ transmittedBytes: 100 })])).toHaveLength(1);
    const ended = observation({ open: 0, transmittedBytes: 100 });
    expect(fold([ended])).toEqual([]);
    expect(fold([ended])).toEqual([]);
  });

  it('of a connection that ended with a last byte makes one', () => {
    const fold = createFold();
    fold([observation({ transmittedBytes: 100 })]);
    expect(fold([observation({ open: 0, transmittedBytes: 101 })])).toMatchObject([
      { open: 0, opened: 0, transmittedBytes: 1 },
    ]);
  });

  it('counts on after passes that could not look into the namespace', () => {
    const fold = createFold();
    fold([observation({ transmittedBytes: 100 })]);
    expect(fold([], new Set([7]))).toEqual([]);
    expect(fold([], new Set([7]))).toEqual([]);
    expect(fold([observation({ transmittedBytes: 101 })])).toMatchObject([
      { opened: 0, transmittedBytes: 1 },
    ]);
  });
});

/** For each id, one observation per pass, whose counts only grow. */
const history = fc.array(
  fc.array(fc.record({ id: fc.nat(3), by: fc.nat(100), open: fc.nat(1), pid: fc.constantFrom(1, 2) }), {
    maxLength: 4,
  }),
  { maxLength: 12 },
);

it('tells changes that add up to the last counts, whatever the passes', () => {
  fc.assert(
    fc.property(history, (passes) => {
      const fold = createFold();
      const counts = new Map<number, number>();
      let opened = 0;
      let sent = 0;
      for (const steps of passes) {
        for (const { id, by } of steps) counts.set(id, (counts.get(id) ?? 0) + by);
        const last = new Map(steps.map((step) => [step.id, step]));
        const observations = [...counts].map(([id, transmittedBytes]) => {
          const { open = 1, pid = 1 } = last.get(id) ?? {};
          return observation({ id: `${id}`, open, pid, transmittedBytes });
        });
        for (const flow of fold(observations)) {
          opened += flow.opened;
          sent += flow.transmittedBytes ?? 0;
        }
      }
      expect(opened).toBe(counts.size);
      expect(sent).toBe([...counts.values()].reduce((sum, count) => sum + count, 0));
    }),
  );
});
