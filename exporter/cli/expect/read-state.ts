import { HARMLESS } from '@musubi/contract/failing';
import { RECORDED } from '@musubi/contract/recorded-series';
import { createEdgeReader } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { type Attempts, IN_USE, type SeenEdge } from './compare.ts';
import type { Expectations } from './expectations.ts';

/** The dependencies at a point in time. */
export interface State {
  readonly seen: readonly SeenEdge[];
  readonly attempts: readonly Attempts[];
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
  const attempts = [...inUse].map(([key, { edge }]) => {
    const { opened = 0, failed = {} } = counts.get(key) ?? {};
    const harmful = Object.entries(failed).filter(([reason]) => !HARMLESS.some((each) => each === reason));
    return { edge, opened, failed: harmful.reduce((sum, [, count]) => sum + count, 0) };
  });
  return {
    seen: [...seen.values()],
    attempts,
    silentHosts: silent.map(({ labels }) => labels.host ?? '').sort(),
  };
}
