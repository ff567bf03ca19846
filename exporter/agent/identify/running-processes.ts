import { type ProcessFiles, readProcess, readStat } from '../proc/process.ts';
import type { FactsReader, ProcessFacts } from './facts.ts';

/** A process as read in one cycle. */
export interface RunningProcess {
  readonly facts: ProcessFacts;
  /** Its current parent, which changes when the process that started it ends. */
  readonly parent: number | undefined;
  readonly hasEnded: boolean;
}

/** Reads running processes, and keeps their facts while they run the same program. */
export interface RunningProcesses {
  /** Facts of processes that are not read before the next call are removed. */
  beginCycle(): void;
  read(pid: number): RunningProcess | undefined;
}

export function createRunningProcesses(procRoot: string, facts: FactsReader): RunningProcesses {
  interface Known {
    readonly image: string | undefined;
    readonly facts: ProcessFacts;
  }
  let previous = new Map<number, Known>();
  let current = new Map<number, Known>();

  return {
    beginCycle() {
      previous = current;
      current = new Map();
    },
    read(pid) {
      const stat = readStat(procRoot, pid);
      if (!stat) return undefined;
      const known = previous.get(pid);
      const { image, parent } = stat;
      if (known && image !== undefined && known.image === image) {
        current.set(pid, known);
        return { facts: known.facts, parent, hasEnded: stat.isZombie };
      }
      const files = readProcess(procRoot, pid, stat);
      if (!files) return undefined;
      const found = facts.ofRunning(pid, files);
      current.set(pid, { image, facts: found });
      return { facts: found, parent, hasEnded: stat.isZombie || isEmpty(files) };
    },
  };
}

/** Whether it lacks arguments and executable, which ended processes lose and kernel threads never have. */
export function isEmpty({ args, executable }: ProcessFiles): boolean {
  return args.length === 0 && !executable;
}
