import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import { type Share, splitFlow } from './split-flow.ts';

const place = (port: number) => ({ localAddress: '10.0.0.1', remoteAddress: '10.9.9.9', port });

function flowOf(shares: readonly Share[], measured: Partial<Flow>): Flow {
  const sum = (of: (share: Share) => number) => shares.reduce((all, share) => all + of(share), 0);
  return {
    ...{ netns: 1, transport: 'tcp', direction: 'outbound', pid: 20, remotePid: undefined, folded: false },
    ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, rttSum: 0, rttCount: 0 },
    open: sum(({ open }) => open),
    opened: sum(({ outcomes }) => outcomes[0] ?? 0),
    failed: [sum(({ outcomes }) => outcomes[1] ?? 0)],
    ...measured,
  };
}

const share = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([opened, failed, open, wasOpen]) => ({ outcomes: [opened, failed], open, wasOpen }));

it('gives each part its connections, and parts that add up to the flow', () => {
  const shares = fc
    .array(share, { minLength: 1, maxLength: 5 })
    .map((list) => list.map((one, i) => ({ ...one, place: place(i) })));
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

it('gives nothing to a place without a connection', () => {
  const shares = [
    { place: place(1), outcomes: [2], open: 0, wasOpen: 0 },
    { place: place(2), outcomes: [0], open: 0, wasOpen: 0 },
    { place: place(3), outcomes: [0], open: 0, wasOpen: 2 },
  ];
  const flow = flowOf(shares, { transmittedBytes: 8, failed: [0] });
  expect(splitFlow(flow, shares)).toMatchObject([
    { port: 1, opened: 2, transmittedBytes: 4 },
    { port: 3, opened: 0, transmittedBytes: 4 },
  ]);
});

it('gives all that is left to the first place where nobody has a connection any more', () => {
  const shares = [1, 2].map((port) => ({ place: place(port), outcomes: [0], open: 0, wasOpen: 0 }));
  const flow = flowOf(shares, { transmittedBytes: 8, failed: [0] });
  expect(splitFlow(flow, shares)).toEqual([{ ...flow, ...place(1), originalAddress: '10.96.0.1' }]);
});
