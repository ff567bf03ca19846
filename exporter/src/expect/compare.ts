import {
  compareEdges,
  type Expectations,
  type ExpectedEdge,
  edgeKey,
  isAllowed,
  type ServiceEdge,
} from './expectations.ts';

/** What Prometheus knows of a service edge at some time. */
export interface SeenEdge {
  readonly edge: ServiceEdge;
  /** Seconds since its last use; 0 for one in use. */
  readonly unused: number;
  /** Whether it is in use, or was within the last minutes. */
  readonly isPresent: boolean;
}

/** Connections of a service edge over the last five minutes. */
export interface Attempts {
  readonly edge: ServiceEdge;
  readonly failed: number;
  readonly opened: number;
}

export interface Difference {
  /** Expected, and unused for longer than its gap; `unused` is undefined where it was not found at all. */
  readonly missing: readonly { readonly edge: ExpectedEdge; readonly unused: number | undefined }[];
  /** In use, neither expected nor allowed. */
  readonly unexpected: readonly SeenEdge[];
  /** Called, and failing. */
  readonly failing: readonly Attempts[];
}

/** A dependency fails by the measure of the alert `DependencyFailing`: so many, and this share of all attempts. */
export const FAILING = { least: 5, share: 0.1 } as const;

/** How what is expected differs from what is there, in the order of names. */
export function compareWith(
  { expected, allowed }: Expectations,
  seen: readonly SeenEdge[],
  attempts: readonly Attempts[],
): Difference {
  const byKey = new Map(seen.map((one) => [edgeKey(one.edge), one]));
  const known = new Set(expected.map(edgeKey));
  const missing = expected
    .map((edge) => ({ edge, unused: byKey.get(edgeKey(edge))?.unused }))
    .filter(({ edge, unused = Number.POSITIVE_INFINITY }) => unused > edge.maxGap);
  const unexpected = seen.filter(
    ({ edge, isPresent }) => isPresent && !known.has(edgeKey(edge)) && !isAllowed(edge, allowed),
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
