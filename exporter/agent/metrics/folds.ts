import type { Flow } from '../aggregate/fold.ts';
import type { SelfMetrics } from './self-metrics.ts';

/**
 * Why a dependency is told as one with others: for its far end's address, for a limit, or because a port forwarder
 * passes it on.
 */
export const FOLDS = ['internet', 'network', 'dns', 'forwarder', 'services', 'edges', 'pids'] as const;
export type Fold = (typeof FOLDS)[number];

/** Takes note of a flow that is told as one with others. */
export type NoteFold = (reason: Fold, flow: Pick<Flow, 'opened'>) => void;

/** Counts what is folded, so that nothing becomes less telling in silence. */
export interface FoldCounts {
  readonly note: NoteFold;
  /** Tells what the pass has folded, and starts the next one. */
  report(): void;
}

/** Counters begin at 0, so that their first increase is seen. */
export function createFoldCounts(self: SelfMetrics): FoldCounts {
  const edges = { internet: 0, network: 0, dns: 0, forwarder: 0, services: 0, edges: 0, pids: 0 };
  const connections = { ...edges };

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
