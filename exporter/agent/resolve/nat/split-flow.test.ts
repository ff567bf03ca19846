import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import { type Share, shareOut, splitFlow } from './split-flow.ts';

const wire = (port: number) => ({ localAddress: '10.0.0.1', remoteAddress: '10.9.9.9', port });

function flowOf(shares: readonly Share[], measured: Partial<Flow>): Flow {
  const sum = (of: (share: Share) => number) => shares.reduce((all, share) => all + of(share), 0);
  return {
    ...{ netns: 1, transport: 'tcp', direction: 'outbound', pid: 20, remotePid: undefined, folded: false },
    ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, rttSum: 0, rttCount: 0 },
    open: sum(({ open }) => open),
    wasOpen: sum(({ wasOpen }) => wasOpen),
    opened: sum(({ outcomes }) => outcomes[0] ?? 0),
    failed: [sum(({ outcomes }) => outcomes[1] ?? 0)],
    ...measured,
  };
}

const share = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([opened, failed, open, wasOpen]) => ({ outcomes: [opened, failed], open, wasOpen }));

it('gives each part its own connections, and the parts add up to the flow', () => {
  const shares = fc
    .array(share, { minLength: 1, maxLength: 5 })
    .map((list) => list.map((one, i) => ({ ...one, wire: wire(i) })));
  fc.assert(
    fc.property(shares, fc.nat(1e6), fc.nat(50), (list, transmittedBytes, rttCount) => {
      const opened = list.reduce((all, { outcomes }) => all + (outcomes[0] ?? 0), 0);
      const setup = { counts: [opened, 0], sum: opened / 100 };
      const flow = flowOf(list, { transmittedBytes, setup, rttCount, rttSum: rttCount * 2 });
      const parts = splitFlow(flow, list);
      const sum = (of: (part: Flow) => number | undefined) =>
        parts.reduce((all, part) => all + (of(part) ?? 0), 0);
      expect(sum((part) => part.opened)).toBe(flow.opened);
      expect(sum((part) => part.failed?.[0])).toBe(flow.failed?.[0]);
      expect(sum((part) => part.open)).toBe(flow.open);
      expect(sum((part) => part.transmittedBytes)).toBe(transmittedBytes);
      expect(sum((part) => part.rttCount)).toBe(rttCount);
      expect(sum((part) => part.rttSum)).toBeCloseTo(rttCount * 2);
      expect(sum((part) => part.setup?.counts[0])).toBe(opened);
      expect(sum((part) => part.setup?.sum)).toBeCloseTo(setup.sum);
      if (parts.length > 1)
        for (const part of parts)
          expect(list[part.port]).toMatchObject({
            open: part.open,
            outcomes: [part.opened, expect.anything()],
          });
    }),
  );
});

it('makes no part without a connection', () => {
  const shares = [
    { wire: wire(1), outcomes: [2], open: 0, wasOpen: 0 },
    { wire: wire(2), outcomes: [0], open: 0, wasOpen: 0 },
    { wire: wire(3), outcomes: [0], open: 0, wasOpen: 2 },
  ];
  const flow = flowOf(shares, { transmittedBytes: 8, failed: [0] });
  expect(splitFlow(flow, shares)).toMatchObject([
    { port: 1, opened: 2, transmittedBytes: 4 },
    { port: 3, opened: 0, transmittedBytes: 4 },
  ]);
});

it('gives the rest to the first part once all connections are closed', () => {
  const shares = [1, 2].map((port) => ({ wire: wire(port), outcomes: [0], open: 0, wasOpen: 0 }));
  const flow = flowOf(shares, { transmittedBytes: 8, failed: [0] });
  expect(splitFlow(flow, shares)).toEqual([{ ...flow, ...wire(1), originalAddress: '10.96.0.1' }]);
});

it('divides a number in proportion', () => {
  expect(shareOut(10, [1, 3, 1])).toEqual([2, 6, 2]);
  expect(shareOut(7, [0, 0])).toEqual([7, 0]);
});

it('divides into whole numbers that add up to the number', () => {
  const weights = fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(1e9), weights, (total, list) => {
      const parts = shareOut(total, list);
      const sum = list.reduce((all, weight) => all + weight, 0);
      expect(parts.reduce((all, part) => all + part, 0)).toBe(total);
      parts.forEach((part, i) => {
        expect(part).toBeGreaterThanOrEqual(0);
        if (sum > 0) expect(Math.abs(part - (total * (list[i] ?? 0)) / sum)).toBeLessThanOrEqual(1);
      });
    }),
  );
});
