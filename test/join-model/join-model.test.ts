/**
 * Random histories of hosts, agents and connections, replayed through the agent's pipeline and the shipped rules in a second each.
 * What the readers show of any range is compared with a small model of the truth. More: `npm run join-model`.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contradictionsOf, END } from './check.ts';
import type { Range } from './command.ts';
import { anyPlan, type Feature } from './history.ts';
import { type OpenStore, startStores } from './store.ts';

let stores: OpenStore | { missing: string };
beforeAll(async () => {
  stores = await startStores(console.log);
}, 15 * 60_000);

const anyRange: fc.Arbitrary<Range> = fc
  .tuple(fc.nat(END - 1), fc.nat(END - 1))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other) + 1]);

/** For `npm run join-model`: `RUNS=200 SEED=7 FEATURES=silent,pods SHRINK=1`. */
const { RUNS, SEED, FEATURES, SHRINK } = process.env;
/** The features of the histories of a default run. */
const DEFAULTS: readonly (readonly Feature[])[] = [['absent', 'halted', 'pods', 'twice', 'forwarded']];
const settings = FEATURES === undefined ? DEFAULTS : [FEATURES.split(',').filter(Boolean) as Feature[]];

describe.each(settings.map((features) => ({ features, title: features.join(', ') })))(
  'with $title',
  ({ features }) => {
    test('readers show the truth', { timeout: 3_600_000 }, async ({ skip }) => {
      const openStore = stores;
      if ('missing' in openStore) return skip(openStore.missing);
      const details = await fc.check(
        fc.asyncProperty(anyPlan(features), fc.array(anyRange, { maxLength: 3 }), async (plan, ranges) => {
          const [wrong] = await contradictionsOf(openStore, plan, ranges);
          if (wrong) throw new Error(JSON.stringify(wrong, null, 1));
        }),
        { numRuns: Number(RUNS ?? 8), seed: Number(SEED ?? 1), endOnFailure: SHRINK === undefined },
      );
      const { failed, numRuns, counterexample, errorInstance } = details;
      expect(
        failed,
        `history ${numRuns}: ${JSON.stringify(counterexample)}\n${(errorInstance as Error | null)?.message}`,
      ).toBe(false);
    });
  },
);
