import type { Observation } from '../../capture/capture.ts';

/** Finds the network namespaces in which connections have been opened, or have failed, since the last call. */
export function createActiveNamespaces(): (observations: readonly Observation[]) => ReadonlySet<number> {
  let before: ReadonlyMap<number, number> = new Map();
  return (observations) => {
    const totals = new Map<number, number>();
    for (const { netns, open, opened, failed } of observations) {
      const attempts = opened + open + (failed?.reduce((sum, count) => sum + count, 0) ?? 0);
      totals.set(netns, (totals.get(netns) ?? 0) + attempts);
    }
    const active = [...totals].filter(([netns, total]) => total !== before.get(netns));
    before = totals;
    return new Set(active.map(([netns]) => netns));
  };
}
