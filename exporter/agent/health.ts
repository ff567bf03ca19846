/** Whether the agent works, for `/healthz` and `/readyz`. Each gives the reason if not. */
export interface Health {
  /** Whether collection cycles still end: if not, only a restart helps. */
  healthProblem(): string | undefined;
  /** Whether the last collection cycle succeeded, so that the metrics are current. */
  readinessProblem(): string | undefined;
  /** A cycle ended, with the reason if it failed. */
  cycleEnded(failure?: string): void;
}

/** A cycle of the largest hosts takes seconds, and one that waits for a resource is tried again. In ms. */
const PATIENCE = 60_000;

export function createHealth(interval: () => number, uptime: () => number = () => performance.now()): Health {
  let lastEnd = uptime();
  let problem: string | undefined = 'no collection cycle has ended yet';
  return {
    healthProblem() {
      const silence = uptime() - lastEnd;
      if (silence <= PATIENCE + interval()) return undefined;
      return `no collection cycle has ended for ${Math.round(silence / 1000)} s`;
    },
    readinessProblem: () => problem,
    cycleEnded(failure) {
      lastEnd = uptime();
      problem = failure === undefined ? undefined : `the last collection cycle failed: ${failure}`;
    },
  };
}
