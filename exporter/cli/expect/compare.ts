import { FAILING } from '@musubi/contract/failing';
import { edgeKey, type ServiceEdge } from '../joined/edge.ts';
import { compareEdges, type Expectations, type ExpectedEdge, isAllowed } from './expectations.ts';

/** A service edge, and when it was last in use. */
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
  /** Expected, and unused for longer than its gap; without a time where no use was found at all. */
  readonly missing: readonly { readonly edge: ExpectedEdge; readonly lastSeen: number | undefined }[];
  /** In use, neither expected nor allowed. */
  readonly unexpected: readonly SeenEdge[];
  /** Called, and failing. */
  readonly failing: readonly Attempts[];
}

/** Seconds after its last use in which a dependency counts as one that is in use: exporters tell of it for so long. */
export const IN_USE = 300;

/** Seconds by which a use may be known too late: a scrape or push, a minute in which rules settle, evaluations. */
const LATE = 120;

/** Whether what is known to be unused for so many seconds is so for longer than its gap. */
export const isAway = (unused: number, maxGap: number): boolean => unused - LATE > maxGap;

/** How what is expected differs from what is known at a time (unix seconds), in the order of names. */
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
    .filter(({ edge, lastSeen = Number.NEGATIVE_INFINITY }) => isAway(at - lastSeen, edge.maxGap));
  const unexpected = seen.filter(
    ({ edge, lastSeen }) =>
      !isAway(at - lastSeen, IN_USE) && !known.has(edgeKey(edge)) && !isAllowed(edge, allowed),
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
