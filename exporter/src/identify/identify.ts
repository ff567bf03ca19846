import { readProcess } from '../proc/process.ts';
import { processName } from './process-name.ts';
import { serviceName } from './service-name.ts';

/** Who a process is. */
export interface Identity {
  readonly service: string;
  readonly process: string;
  readonly pid: number;
}

/** Names processes, and remembers those in use by the pass before: they may have ended since. */
export interface Identifier {
  /** Starts a pass: every process is read once in it, and those not asked for are forgotten at its end. */
  beginPass(): void;
  identify(pid: number): Identity | undefined;
}

export function createIdentifier(procRoot: string): Identifier {
  let before = new Map<number, Identity>();
  let now = new Map<number, Identity>();

  return {
    beginPass() {
      before = now;
      now = new Map();
    },
    identify(pid) {
      const named = now.get(pid);
      if (named) return named;
      const files = readProcess(procRoot, pid);
      const identity = files
        ? { service: serviceName(files), process: processName(files), pid }
        : before.get(pid);
      if (identity) now.set(pid, identity);
      return identity;
    },
  };
}
