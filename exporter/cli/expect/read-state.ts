import { RECORDED } from '@musubi/contract/recorded-series';
import {
  foldExplained,
  readExplanations,
  separateUnnamed,
  type UnnamedEdge,
} from '../joined/bare-addresses.ts';
import { failures } from '../joined/failures.ts';
import { createEdgeReader, noConnections } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { type Attempts, IN_USE, type SeenEdge } from './compare.ts';
import type { Expectations } from './expectations.ts';

/** The dependencies at a point in time. */
export interface State {
  readonly seen: readonly SeenEdge[];
  readonly attempts: readonly Attempts[];
  /** Edges that are not judged, because one endpoint is unnamed. */
  readonly unnamed: readonly UnnamedEdge[];
  /** Hosts whose exporter does not report, but did within the day before. */
  readonly silentHosts: readonly string[];
}

/** Reads as far back as the longest limited gap. `at` is in unix seconds. */
export async function readState(
  prometheus: Prometheus,
  { expected }: Expectations,
  at: number,
): Promise<State> {
  const gaps = expected.map(({ maxGap }) => maxGap).filter(Number.isFinite);
  const past = await createEdgeReader(prometheus, { from: at - 2 * Math.max(IN_USE, ...gaps), to: at });
  const recent = past.within({ from: at - IN_USE, to: at });
  const [seen, inUse, counts, silent] = await Promise.all([
    past.serviceEdges(),
    recent.serviceEdges(),
    recent.counts(),
    prometheus.query(`${at} - ${RECORDED.hostLastReport} > 180`, at),
  ]);
  const explain = await readExplanations(
    past,
    [...seen.values()].map(({ edge }) => edge),
  );
  const attempts = [...inUse].map(([key, { edge }]) => {
    const { opened, failed } = counts.get(key) ?? noConnections();
    return { edge, opened, failed: failures(failed) };
  });
  const { named, unnamed } = separateUnnamed(seen.values(), explain);
  return {
    seen: [...foldExplained(named, explain, latest).values()],
    attempts: [...foldExplained(attempts, explain, addAttempts).values()],
    unnamed,
    silentHosts: silent.map(({ labels }) => labels.host ?? '').sort(),
  };
}

const latest = (one: SeenEdge, other: SeenEdge): SeenEdge => (one.lastSeen >= other.lastSeen ? one : other);

const addAttempts = (one: Attempts, other: Attempts): Attempts => ({
  edge: one.edge,
  opened: one.opened + other.opened,
  failed: one.failed + other.failed,
});
