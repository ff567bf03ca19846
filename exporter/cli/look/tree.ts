import type { TimeRange } from '../config/range-options.ts';
import type { ProcessPair, ServiceEdge } from '../joined/edge.ts';
import { type Counts, type EdgeReader, noConnections } from '../joined/read.ts';
import type { Matchers } from '../prometheus/selector.ts';
import { matchersOf, type Start } from './find.ts';
import { type Direction, type Step, walk } from './walk.ts';

const DAY = 86_400;

/** A dependency of the tree with all that is known of it. */
export interface TreeEdge {
  readonly edge: ServiceEdge;
  /** Unix seconds. */
  readonly lastSeen: number;
  readonly counts: Counts;
  /** The processes at both ends: those that were asked about, then those of the last day, last seen first. */
  readonly pairs: readonly ProcessPair[];
  /** How many steps it is from a root, in each direction in which it was reached. */
  readonly depth: Readonly<Partial<Record<Direction, number>>>;
}

export interface Tree {
  readonly range: TimeRange;
  readonly start: Pick<Start, 'what' | 'roots'>;
  readonly directions: readonly Direction[];
  readonly edges: readonly TreeEdge[];
}

/** Reads what is up to `depth` steps away, then the figures of what was found. */
export async function readTree(
  reader: EdgeReader,
  start: Start,
  directions: readonly Direction[],
  depth: number,
): Promise<Tree> {
  const walks = await Promise.all(
    directions.map(
      async (direction) => [direction, await walk(reader, direction, start.first[direction], depth)] as const,
    ),
  );
  const steps = new Map<string, Step & { depths: Partial<Record<Direction, number>> }>();
  for (const [direction, reached] of walks) {
    for (const [key, step] of reached) {
      const known = steps.get(key) ?? { ...step, depths: {} };
      known.depths[direction] = step.depth;
      steps.set(key, known);
    }
  }
  const matchers = matchersOf(steps.values());
  const [counts, pairs] = await Promise.all([
    matchers ? reader.counts(matchers) : undefined,
    readPairs(reader, steps),
  ]);
  const edges = [...steps].map(([key, { edge, lastSeen, depths, pairs: asked = [] }]) => ({
    edge,
    lastSeen,
    counts: counts?.get(key) ?? noConnections(),
    pairs: [...asked, ...(pairs.get(key) ?? [])].filter(isFirstOfItsKind()),
    depth: depths,
  }));
  return { range: reader.range, start, directions, edges };
}

/**
 * The processes of each edge on the last day of its use; days are counted back from the end of the range. Of longer
 * ranges only those: where each process is restarted now and then, all of a month are many and of no use any more.
 */
async function readPairs(
  reader: EdgeReader,
  steps: ReadonlyMap<string, Step>,
): Promise<Map<string, readonly ProcessPair[]>> {
  const { from, to } = reader.range;
  const days = Map.groupBy(steps, ([, { lastSeen }]) => Math.max(0, Math.floor((to - lastSeen) / DAY)));
  const pairs = new Map<string, readonly ProcessPair[]>();
  const read = async ([day, used]: [number, [string, Step][]]) => {
    const matchers = matchersOf(used.map(([, step]) => step));
    const part = { from: Math.max(from, to - (day + 1) * DAY), to: to - day * DAY };
    const found = matchers && (await reader.within(part).processes(withUnnamed(matchers)));
    for (const [key] of used) pairs.set(key, found?.get(key)?.pairs ?? []);
  };
  await Promise.all([...days].map(read));
  return pairs;
}

/** An end that nobody named has no service at the level of processes: its address stands for it. */
function withUnnamed(matchers: Matchers): Matchers {
  return Object.fromEntries(
    Object.entries(matchers).map(([label, names]) => [
      label,
      ['', ...(typeof names === 'string' ? [names] : names)],
    ]),
  );
}

/** Tells pairs apart by their ends. */
function isFirstOfItsKind(): (pair: ProcessPair) => boolean {
  const known = new Set<string>();
  return ({ src, dst }) => {
    const { size } = known;
    return known.add(JSON.stringify([src, dst])).size > size;
  };
}
