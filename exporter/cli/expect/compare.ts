import { FAILING } from '@musubi/contract/failing';
import { edgeKey, type ServiceEdge } from '../joined/edge.ts';
import { compareEdges, type Expectations, type ExpectedEdge, isAllowed } from './expectations.ts';

/** A service edge and its last use. */
export interface SeenEdge {
  readonly edge: ServiceEdge;
  /** Unix seconds. */
  readonly lastSeen: number;
}

/** Connections of a service edge over the last five minutes. */
export interface Attempts {
  readonly edge: ServiceEdge;
  readonly failed: number;
  readonly opened: number;
}

export interface Difference {
  /** Expected, but unused for longer than its gap; without a time if no use was found. */
  readonly missing: readonly { readonly edge: ExpectedEdge; readonly lastSeen: number | undefined }[];
  /** In use, neither expected nor allowed. */
  readonly unexpected: readonly SeenEdge[];
  /** In use and failing. */
  readonly failing: readonly Attempts[];
}

/** Seconds for which a dependency counts as in use: exporters report it this long after its last use. */
export const IN_USE = 300;

/** Maximum delay in seconds until a use is recorded: scrape or push, offset of the rules, evaluation. */
const MAX_DELAY = 120;

/** Whether `unused` seconds exceed the gap, allowing for the delay of recording. */
export const isVanished = (unused: number, maxGap: number): boolean => unused - MAX_DELAY > maxGap;

/** Compares the expected dependencies with those known at a time (unix seconds); ordered by name. */
export function compareWith(
  { expected, allowed }: Expectations,
  seen: readonly SeenEdge[],
  attempts: readonly Attempts[],
  at: number,
): Difference {
  const lastUse = new Map(seen.map(({ edge, lastSeen }) => [edgeKey(edge), lastSeen]));
  const known = new Set(expected.map(edgeKey));
  const missing = expected
    .map((edge) => ({ edge, lastSeen: lastUse.get(edgeKey(edge)) }))
    .filter(({ edge, lastSeen = Number.NEGATIVE_INFINITY }) => isVanished(at - lastSeen, edge.maxGap));
  const unexpected = seen.filter(
    ({ edge, lastSeen }) =>
      !isVanished(at - lastSeen, IN_USE) && !known.has(edgeKey(edge)) && !isAllowed(edge, allowed),
  );
  const failing = attempts.filter(
    ({ edge, failed, opened }) =>
      failed >= FAILING.least && failed > FAILING.share * (failed + opened) && !isAllowed(edge, allowed),
  );
  return { missing: sorted(missing), unexpected: sorted(unexpected), failing: sorted(failing) };
}

function sorted<T extends { readonly edge: ServiceEdge }>(list: readonly T[]): T[] {
  return list.toSorted((one, other) => compareEdges(one.edge, other.edge));
}
