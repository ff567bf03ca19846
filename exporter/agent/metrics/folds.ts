import type { Flow } from '../aggregate/fold.ts';
import type { SelfMetrics } from './self-metrics.ts';

/**
 * Why a half-edge is folded into another: its remote address, a limit, a forwarder behind which the real destination is
 * known, or many attempts in vain.
 */
export const FOLDS = [
  'internet',
  'network',
  'dns',
  'forwarder',
  'attempts',
  'service_limit',
  'edge_limit',
  'pid_limit',
] as const;
type Fold = (typeof FOLDS)[number];

/** Counts a flow that is folded. */
export type NoteFold = (reason: Fold, flow: Pick<Flow, 'opened'>) => void;

/** Counts what is folded, so that no detail is lost silently. */
export interface FoldCounts {
  readonly note: NoteFold;
  /** Publishes the counts of this cycle and starts the next. */
  report(): void;
}

const zeros = () => Object.fromEntries(FOLDS.map((reason) => [reason, 0])) as Record<Fold, number>;

/** Counters start at 0, so that `increase()` counts their first increase. */
export function createFoldCounts(self: SelfMetrics): FoldCounts {
  const edges = zeros();
  const connections = zeros();

  function report(): void {
    for (const reason of FOLDS) {
      self.set('foldedEdges', edges[reason], { reason });
      self.set('foldedConnections', connections[reason], { reason });
      edges[reason] = 0;
    }
  }

  report();
  return {
    note(reason, { opened }) {
      edges[reason]++;
      connections[reason] += opened;
    },
    report,
  };
}
