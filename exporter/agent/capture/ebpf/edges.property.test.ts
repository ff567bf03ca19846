import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEdges } from './edges.ts';
import { createFakeProgram } from './fake-program.case.ts';
import { keyBytes } from './kernel-bytes.case.ts';
import { createSocketOwners } from './socket-owners.ts';

const KEYS = [1, 2, 3, 4].map((pid) => keyBytes('outbound', { pid }));

/** Events of an edge: a connection opens, or the oldest open one closes. */
const event = fc.record({ key: fc.nat(KEYS.length - 1), opens: fc.boolean() });
const events = fc.array(event, { maxLength: 4 });
/** Events before a cycle, while it removes records, and while it puts them back. */
const round = fc.record({
  before: events,
  taking: fc.array(events),
  putting: fc.array(events),
  wait: fc.nat(90_000),
});

it('counts each connection once and the open ones, whatever happens while records are removed', () => {
  fc.assert(
    fc.property(fc.array(round, { maxLength: 12 }), fc.constantFrom(4, 65_536), (rounds, size) => {
      const program = createFakeProgram();
      program.size = size;
      let now = 0;
      const edges = createEdges(program, () => now);
      const truth = { opened: 0, open: KEYS.map(() => 0) };
      const reported = new Map<string, number>();

      /** What the kernel does: counts on the record of that key, created if missing. */
      function happen({ key, opens }: { key: number; opens: boolean }): void {
        const open = truth.open[key] as number;
        if (!opens && open === 0) return;
        truth.open[key] = open + (opens ? 1 : -1);
        if (opens) truth.opened++;
        const record = program.valueOf(KEYS[key] as Buffer);
        program.write(KEYS[key] as Buffer, {
          opened: Number(record?.readBigUInt64LE(8) ?? 0) + (opens ? 1 : 0),
          open: Number(record?.readBigInt64LE(16) ?? 0) + (opens ? 1 : -1),
        });
      }

      function pass(): number {
        program.scans++;
        const observations = edges.observe(createSocketOwners([]));
        for (const { id, opened } of observations) reported.set(id, opened);
        return observations.reduce((sum, { open }) => sum + open, 0);
      }

      for (const { before, taking, putting, wait } of rounds) {
        before.forEach(happen);
        const [whileTaking, whilePutting] = [taking.values(), putting.values()];
        program.beforeTake = () => whileTaking.next().value?.forEach(happen);
        program.beforePut = () => whilePutting.next().value?.forEach(happen);
        now += wait;
        pass();
      }
      program.beforeTake = () => {};
      program.beforePut = () => {};
      now++;
      const open = pass();

      expect([...reported.values()].reduce((sum, opened) => sum + opened, 0)).toBe(truth.opened);
      expect(open).toBe(truth.open.reduce((sum, count) => sum + count));
    }),
    { numRuns: 500 },
  );
});
