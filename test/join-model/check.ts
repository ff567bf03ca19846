/** Compares what readers show of a history with the truth. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFileEnd } from '../harness/cleanup.ts';
import { ROOT } from '../harness/places.ts';
import { countsOf, openClient } from './answers.ts';
import { LENGTH, type Plan, worldOf } from './history.ts';
import { replay } from './replay.ts';
import type { OpenStore } from './store.ts';
import { boundsOf, contradictions, knownOf } from './truth.ts';

/** Seconds since the start of the history. */
export type Range = readonly [from: number, to: number];

/** What a reader shows of a range, and the truth does not allow. */
export interface Contradiction {
  readonly range: Range;
  readonly wrong: readonly string[];
}

/** The start of each history, a full hour, in unix seconds. */
const BASE = Date.UTC(2026, 0, 5) / 1000;
const RULES = ['musubi-edges'].map((name) => join(ROOT, `provisioning/prometheus/rules/${name}.yaml`));

let folder: string | undefined;
function emptyFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'musubi-model-'));
  folder = made;
  onFileEnd(() => rmSync(made, { recursive: true }));
  return made;
}

/** Replays the history, and reads all of it and the ranges. */
export async function contradictionsOf(
  openStore: OpenStore,
  plan: Plan,
  ranges: readonly Range[] = [],
): Promise<Contradiction[]> {
  const store = await openStore(RULES);
  try {
    const world = worldOf(plan);
    const reports = await replay(world, store, BASE, emptyFolder());
    const failures = await store.run();
    if (failures.length > 0) throw new Error(failures.join('\n'));
    const known = knownOf(world, reports);
    const prometheus = openClient(store.url);
    const found: Contradiction[] = [];
    for (const range of [[0, LENGTH], ...ranges] as const) {
      const [from, to] = range;
      const shown = await countsOf(prometheus, { from: BASE + from, to: BASE + to });
      const wrong = contradictions(shown, boundsOf(known, from, to));
      if (wrong.length > 0) found.push({ range, wrong });
    }
    return found;
  } finally {
    await store.close();
  }
}
