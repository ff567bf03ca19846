import type { TimeRange } from '../config/range-options.ts';
import type { ProcessPair, ServiceEdge } from '../joined/edge.ts';
import { type Counts, type EdgeReader, noConnections } from '../joined/read.ts';
import type { Matchers } from '../prometheus/selector.ts';
import { matchersOf, type Roots } from './find.ts';
import { type Direction, type Step, walk } from './walk.ts';

const DAY = 86_400;

/** A dependency of the tree with its figures and processes. */
export interface TreeEdge {
  readonly edge: ServiceEdge;
  /** Unix seconds. */
  readonly lastSeen: number;
  readonly counts: Counts;
  /** Processes at both endpoints: those searched for, then those of the last day, most recently used first. */
  readonly pairs: readonly ProcessPair[];
  /** Distance from a root in steps, for each direction in which it was reached. */
  readonly depth: Readonly<Partial<Record<Direction, number>>>;
}

export interface Tree {
  readonly range: TimeRange;
  readonly roots: Pick<Roots, 'kind' | 'services'>;
  readonly directions: readonly Direction[];
  readonly edges: readonly TreeEdge[];
}

/** Reads the edges up to `depth` steps away, then their figures. */
export async function readTree(
  reader: EdgeReader,
  roots: Roots,
  directions: readonly Direction[],
  depth: number,
): Promise<Tree> {
  const walks = await Promise.all(
    directions.map(
      async (direction) => [direction, await walk(reader, direction, roots.first[direction], depth)] as const,
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
  const edges = [...steps].map(([key, { edge, lastSeen, depths, pairs: searched = [] }]) => ({
    edge,
    lastSeen,
    counts: counts?.get(key) ?? noConnections(),
    pairs: [...searched, ...(pairs.get(key) ?? [])].filter(isFirstOfItsKind()),
    depth: depths,
  }));
  return { range: reader.range, roots, directions, edges };
}

/**
 * The processes of each edge on the last day of its use; days are counted back from the end of the range. Only those,
 * because processes are restarted: all processes of a month would be many, and most of them gone.
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

/** An unnamed endpoint has no service label at process level; it is identified by its address. */
export function withUnnamed(matchers: Matchers): Matchers {
  return Object.fromEntries(
    Object.entries(matchers).map(([label, names]) => [
      label,
      ['', ...(typeof names === 'string' ? [names] : names)],
    ]),
  );
}

/** Filters duplicates of a pair's endpoints. */
function isFirstOfItsKind(): (pair: ProcessPair) => boolean {
  const known = new Set<string>();
  return ({ src, dst }) => {
    const { size } = known;
    return known.add(JSON.stringify([src, dst])).size > size;
  };
}
