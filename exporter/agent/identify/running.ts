import { type ProcessFiles, readProcess, readStat } from '../proc/process.ts';
import type { FactsReader, ProcessFacts } from './facts.ts';

/** A process as one look found it. */
export interface Running {
  readonly facts: ProcessFacts;
  /** Its parent now, which is another once the one that started it has ended. */
  readonly parent: number | undefined;
  readonly hasEnded: boolean;
}

/** Looks at running processes, and keeps their facts for as long as they run the same program. */
export interface RunningProcesses {
  /** Those not looked at until the next call are forgotten. */
  beginCycle(): void;
  look(pid: number): Running | undefined;
}

export function createRunningProcesses(procRoot: string, facts: FactsReader): RunningProcesses {
  interface Known {
    readonly image: string | undefined;
    readonly facts: ProcessFacts;
  }
  let before = new Map<number, Known>();
  let now = new Map<number, Known>();

  return {
    beginCycle() {
      before = now;
      now = new Map();
    },
    look(pid) {
      const stat = readStat(procRoot, pid);
      if (!stat) return undefined;
      const known = before.get(pid);
      const { image, parent } = stat;
      if (known && image !== undefined && known.image === image) {
        now.set(pid, known);
        return { facts: known.facts, parent, hasEnded: stat.isZombie };
      }
      const files = readProcess(procRoot, pid, stat);
      if (!files) return undefined;
      const found = facts.ofRunning(pid, files);
      now.set(pid, { image, facts: found });
      return { facts: found, parent, hasEnded: stat.isZombie || isEmpty(files) };
    },
  };
}

/** Without what a process that has ended loses; a kernel thread never had it. */
export function isEmpty({ args, executable }: ProcessFiles): boolean {
  return args.length === 0 && !executable;
}
