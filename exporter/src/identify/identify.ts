import { type ProcessFiles, readProcess } from '../proc/process.ts';
import { fileName, processName } from './process-name.ts';
import { serviceName } from './service-name.ts';

/** Who a process is. */
export interface Identity {
  readonly service: string;
  readonly process: string;
  /** Its own, or that of its leader when it is one of many workers. */
  readonly pid: number;
}

/** What a capture kept of a process, see `Pass.processOf`. */
export type KeptProcesses = (pid: number, image: number | undefined) => ProcessFiles | undefined;

/** Names processes, and remembers those in use by the pass before: they may have ended since. */
export interface Identifier {
  /**
   * Starts a pass: every process is read once in it, and those not asked for are forgotten at its end. `kept`
   * gives what the capture saw of a process that has ended since.
   */
  beginPass(kept?: KeptProcesses): void;
  /** `image` tells the process from others that have had its pid; without, it is the one that has it now. */
  identify(pid: number, image?: number): Identity | undefined;
}

/** What this pass found of a process. */
interface Found {
  readonly identity: Identity;
  readonly parent: number | undefined;
  /** Whether it has ended. */
  readonly hasEnded: boolean;
}

/** A name is a label of every series, and a program may call itself anything at any length. */
const MAX_NAME = 128;
const MAX_GENERATIONS = 32;

export function createIdentifier(procRoot: string): Identifier {
  let before = new Map<string, Identity>();
  let now = new Map<string, Identity>();
  let kept: KeptProcesses = () => undefined;
  const found = new Map<string, Found | undefined>();

  function find(pid: number, image?: number): Found | undefined {
    const key = keyOf(pid, image);
    if (!found.has(key)) found.set(key, read(pid, image));
    return found.get(key);
  }

  function read(pid: number, image: number | undefined): Found | undefined {
    const files = readProcess(procRoot, pid);
    const seen = kept(pid, image);
    if (files && seen && !isSameProcess(files, seen)) return toFound(pid, seen, true);
    if (files && !isZombie(files)) return toFound(pid, files, false);
    const last = seen ? { ...files, ...seen } : files;
    return last && toFound(pid, last, true);
  }

  /**
   * A server that forks for each connection, or keeps workers, is one process to those who depend on it: the
   * first of its name. Else every connection to PostgreSQL would be a dependency of its own.
   */
  function leaderOf(process: Found): Found {
    let leader = process;
    for (let generation = 0; generation < MAX_GENERATIONS && leader.parent !== undefined; generation++) {
      const parent = find(leader.parent);
      if (!parent || !isSameService(parent.identity, process.identity)) break;
      leader = parent;
    }
    return leader;
  }

  return {
    beginPass(keptNow = () => undefined) {
      kept = keptNow;
      before = now;
      now = new Map();
      found.clear();
    },
    identify(pid, image) {
      const key = keyOf(pid, image);
      const named = now.get(key);
      if (named) return named;
      const process = find(pid, image);
      const remembered = !process || process.hasEnded ? before.get(key) : undefined;
      const identity = remembered ?? (process && leaderOf(process).identity);
      if (identity) now.set(key, identity);
      return identity;
    },
  };
}

function keyOf(pid: number, image: number | undefined): string {
  return image === undefined ? `${pid}` : `${pid} ${image}`;
}

/** Start times are told in ticks by one and in ns by the other. */
const SAME_START = 0.02;

/**
 * Whether the process that has the pid now is the one that was kept: a pid is used again, and execve(2) makes a
 * process run another program. A zombie has no executable any more.
 */
function isSameProcess(now: ProcessFiles, kept: ProcessFiles): boolean {
  if (now.started !== undefined && kept.started !== undefined) {
    if (Math.abs(now.started - kept.started) > SAME_START) return false;
  }
  if (!now.executable || !kept.executable) return true;
  // The kernel program keeps the name alone, and cuts a long one short.
  return fileName(now.executable).subarray(0, kept.executable.length).equals(fileName(kept.executable));
}

function toFound(pid: number, files: ProcessFiles, hasEnded: boolean): Found {
  const identity = { service: shorten(serviceName(files)), process: shorten(processName(files)), pid };
  return { identity, parent: files.parent, hasEnded };
}

/** Whether it has ended and only waits for its parent to notice: it has lost its command line. */
function isZombie({ args, executable }: ProcessFiles): boolean {
  return args.length === 0 && !executable;
}

function isSameService(one: Identity, other: Identity): boolean {
  return one.service === other.service && one.process === other.process;
}

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME - 1).join('')}…`;
}
