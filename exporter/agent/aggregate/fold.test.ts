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
  it('makes one flow of connections that differ only in the ephemeral port', () => {
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
    ['remotePid', 30],
    ['originalAddress', '10.96.0.1'],
  ] as const)('makes separate flows by %s (%s)', (field, value) => {
    const [, other, ...more] = createFold()([observation(), observation({ id: '2', [field]: value })]);
    expect(other?.[field]).toBe(value);
    expect(more).toEqual([]);
  });

  it('averages the round-trip time over the open connections', () => {
    const [flow] = createFold()([
      observation({ rtt: 0.25 }),
      observation({ id: '2', rtt: 0.5, open: 3 }),
      observation({ id: '3', rtt: 9, open: 0 }),
      observation({ id: '4' }),
    ]);
    expect(flow).toMatchObject({ rttSum: 1.75, rttCount: 4 });
  });

  it('adds up failures by reason and set-up times by bucket', () => {
    const setup = (counts: number[], sum: number) => ({ setup: { counts, sum } });
    const [flow] = createFold()([
      observation({ failed: [1, 0, 2], ...setup([1, 0], 0.5) }),
      observation({ id: '2', failed: [0, 1, 1], ...setup([2, 3], 0.25) }),
      observation({ id: '3' }),
    ]);
    expect(flow).toMatchObject({ failed: [1, 1, 3], setup: { counts: [3, 3], sum: 0.75 } });
  });

  it('makes one flow without addresses of records that contain many dependencies', () => {
    const folded = (id: string, fields: Partial<Observation>) => observation({ id, folded: true, ...fields });
    const flows = createFold()([
      folded('1', { port: 1 }),
      folded('2', { port: 2, remoteAddress: '10.0.0.8' }),
      observation({ id: '3' }),
    ]);
    expect(flows).toMatchObject([
      { opened: 2, folded: true, localAddress: '', remoteAddress: '', port: 0 },
      { opened: 1, folded: false, remoteAddress: '10.0.0.9' },
    ]);
  });
});

describe('a change', () => {
  it('is counted from cycle to cycle', () => {
    const fold = createFold();
    expect(fold([observation({ transmittedBytes: 100 })])).toMatchObject([
      { opened: 1, transmittedBytes: 100 },
    ]);
    expect(fold([observation({ transmittedBytes: 130 })])).toMatchObject([
      { opened: 0, transmittedBytes: 30 },
    ]);
  });

  it('is zero if a count decreases, and until it exceeds its earlier value', () => {
    const fold = createFold();
    const sent = (retransmits: number) => fold([observation({ retransmits })])[0]?.retransmits;
    expect([sent(5), sent(3), sent(5), sent(6)]).toEqual([5, 0, 0, 1]);
  });

  it('is absent for a count that no capture gives', () => {
    const [flow] = createFold()([observation({ receivedBytes: 0 })]);
    expect(flow).toHaveProperty('receivedBytes', 0);
    expect(flow).not.toHaveProperty('transmittedBytes');
  });

  it('of a closed connection that did nothing more makes no flow', () => {
    const fold = createFold();
    expect(fold([observation({ transmittedBytes: 100 })])).toHaveLength(1);
    const ended = observation({ open: 0, transmittedBytes: 100 });
    expect(fold([ended])).toEqual([]);
    expect(fold([ended])).toEqual([]);
  });

  it('of failures and set-up times is counted from cycle to cycle, and once', () => {
    const fold = createFold();
    const seen = (failed: number[], counts: number[], sum: number) =>
      fold([observation({ open: 0, opened: 0, failed, setup: { counts, sum } })]);
    expect(seen([2, 0], [1, 0], 0.5)).toMatchObject([
      { failed: [2, 0], setup: { counts: [1, 0], sum: 0.5 } },
    ]);
    expect(seen([2, 1], [1, 3], 0.75)).toMatchObject([
      { failed: [0, 1], setup: { counts: [0, 3], sum: 0.25 } },
    ]);
    expect(seen([2, 1], [1, 3], 0.75)).toEqual([]);
  });

  it('of connections that only fail makes a flow whenever one fails again', () => {
    const fold = createFold();
    const failed = (refused: number) => fold([observation({ open: 0, opened: 0, failed: [refused, 0] })]);
    expect(failed(1)).toMatchObject([{ open: 0, opened: 0, failed: [1, 0] }]);
    expect(failed(1)).toEqual([]);
    expect(failed(3)).toMatchObject([{ failed: [2, 0] }]);
  });

  it('of a closed connection with a last byte makes a flow', () => {
    const fold = createFold();
    fold([observation({ transmittedBytes: 100 })]);
    expect(fold([observation({ open: 0, transmittedBytes: 101 })])).toMatchObject([
      { open: 0, opened: 0, transmittedBytes: 1 },
    ]);
  });

  it('continues after cycles in which the namespace could not be read', () => {
    const fold = createFold();
    fold([observation({ transmittedBytes: 100 })]);
    expect(fold([], new Set([7]))).toEqual([]);
    expect(fold([], new Set([7]))).toEqual([]);
    expect(fold([observation({ transmittedBytes: 101 })])).toMatchObject([
      { opened: 0, transmittedBytes: 1 },
    ]);
  });
});

/** For each id, one observation per cycle, with increasing counts. */
const history = fc.array(
  fc.array(fc.record({ id: fc.nat(3), by: fc.nat(100), open: fc.nat(1), pid: fc.constantFrom(1, 2) }), {
    maxLength: 4,
  }),
  { maxLength: 12 },
);

it('makes changes that add up to the last counts, in any sequence of cycles', () => {
  fc.assert(
    fc.property(history, (cycles) => {
      const fold = createFold();
      const counts = new Map<number, number>();
      let opened = 0;
      let [sent, failed, setUp, setUpTime] = [0, 0, 0, 0];
      for (const steps of cycles) {
        for (const { id, by } of steps) counts.set(id, (counts.get(id) ?? 0) + by);
        const last = new Map(steps.map((step) => [step.id, step]));
        const observations = [...counts].map(([id, transmittedBytes]) => {
          const { open = 1, pid = 1 } = last.get(id) ?? {};
          const setup = { counts: [transmittedBytes, 0], sum: 2 * transmittedBytes };
          return observation({
            id: `${id}`,
            open,
            pid,
            transmittedBytes,
            failed: [0, transmittedBytes],
            setup,
          });
        });
        for (const flow of fold(observations)) {
          opened += flow.opened;
          sent += flow.transmittedBytes ?? 0;
          failed += flow.failed?.[1] ?? 0;
          setUp += flow.setup?.counts[0] ?? 0;
          setUpTime += flow.setup?.sum ?? 0;
        }
      }
      expect(opened).toBe(counts.size);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      expect({ sent, failed, setUp, setUpTime }).toEqual({
        ...{ sent: total, failed: total, setUp: total },
        setUpTime: 2 * total,
      });
    }),
  );
});
