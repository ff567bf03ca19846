import type { EndpointKind } from '@musubi/contract/endpoint-kind';
import type { Reading } from '../capture/capture.ts';
import type { ProcessFiles } from '../proc/process.ts';
import { fileName, processName } from '../proc/process-name.ts';
import { escapeBytes } from '../text/escape-bytes.ts';
import { createFactsReader, type ProcessFacts } from './facts.ts';
import type { ForwarderTarget } from './forwarder-target.ts';
import { listeningPorts } from './listening-ports.ts';
import { kindOf, type Naming, nameProcess, STEPS } from './naming.ts';
import type { Rule } from './rules.ts';
import { createRunningProcesses, isEmpty, type RunningProcess } from './running-processes.ts';
import { isInterpreter, serviceName } from './service-name.ts';
import type { Workload, WorkloadOf } from './workload.ts';

/** The service and process that an endpoint belongs to. */
export interface Identity {
  readonly service: string;
  readonly process: string;
  /** Its own, or that of its leader if it is a worker. */
  readonly pid: number;
  /** How its name was found. */
  readonly kind: EndpointKind;
  /** The site that a rule of the user assigns. */
  readonly site?: string;
  /** For a port forwarder, where it sends the connections that it accepts. */
  readonly forwardsTo?: ForwarderTarget;
}

/** Names processes, and keeps the names used in the previous cycle, as those processes might have ended since. */
export interface Identifier {
  /**
   * Starts a cycle: each process is read once in it, and identities that are not requested again are removed with
   * the next. The reading provides the listeners, and processes that have ended since.
   */
  beginCycle(reading?: Partial<Pick<Reading, 'processOf' | 'listeners'>>): void;
  /** `image` distinguishes processes that had the same pid; if absent, it is the process that has the pid now. */
  identify(pid: number, image?: number): Identity | undefined;
  /** Names the processes of this cycle again, after names of containers became known. */
  refreshNames(): void;
  /** How a running process, or its leader, got its name. */
  explain(pid: number): Explanation | undefined;
}

/** An identity, and the step and rule that named it. */
export type Explanation = Naming & Identity;

export interface IdentifierOptions {
  /** The user's rules, which take precedence over all other names. */
  readonly rules?: readonly Rule[];
  /** Names of containers and pods, which take precedence over the process's own. */
  readonly workloadOf?: WorkloadOf;
}

/** The program that a process runs: workers run that of their leader. */
interface Program {
  readonly file: string;
  readonly service: string;
}

/** A process of this cycle with its name. */
interface NamedProcess extends RunningProcess {
  readonly naming: Naming;
  readonly program: Program;
}

/** The name of a process, and what else it depends on. */
interface CachedName {
  readonly ports: string;
  readonly workload: Workload | undefined;
  readonly naming: Naming;
  readonly program: Program;
}

/** A name is a label of every series, and a program can set its own name to any length. */
const MAX_NAME = 128;
const MAX_GENERATIONS = 32;

export function createIdentifier(
  procRoot: string,
  { rules = [], workloadOf = () => undefined }: IdentifierOptions = {},
): Identifier {
  let previous = new Map<string, Identity>();
  let current = new Map<string, Identity>();
  let processOf: Reading['processOf'];
  let ports = new Map<number, readonly number[]>();
  const processes = new Map<string, RunningProcess | undefined>();
  const names = new WeakMap<ProcessFacts, CachedName>();
  const facts = createFactsReader(procRoot, { portsOf: (pid) => ports.get(pid) ?? [], workloadOf });
  const running = createRunningProcesses(procRoot, facts);

  function find(pid: number, image?: number): NamedProcess | undefined {
    const process = read(pid, image);
    return process && { ...process, ...nameOf(process.facts) };
  }

  function read(pid: number, image?: number): RunningProcess | undefined {
    const key = keyOf(pid, image);
    if (!processes.has(key)) processes.set(key, readUncached(pid, image));
    return processes.get(key);
  }

  function readUncached(pid: number, image: number | undefined): RunningProcess | undefined {
    const process = running.read(pid);
    const captured = processOf?.(pid, image);
    if (!captured) return process;
    const same = process && isSameProcess(process.facts.files, captured) ? process : undefined;
    if (same && !isEmpty(same.facts.files)) return same;
    const files = { ...same?.facts.files, ...captured };
    return { facts: facts.ofEnded(pid, files, () => cgroupOf(files)), parent: files.parent, hasEnded: true };
  }

  /** The former text of `/proc/PID/cgroup` of a process that has ended, which the kernel no longer provides. */
  function cgroupOf({ cgroup, parent }: ProcessFiles): string {
    const inherited = cgroupFrom(parent);
    const own = `0::${escapeBytes(cgroup ?? Buffer.from('/'))}`;
    // The root cgroup names no service. In the same cgroup as its parent, it is so in version 1 as well.
    return own === '0::/' || inherited.split('\n').includes(own) ? inherited : `${own}\n`;
  }

  /** A process starts in its parent's cgroup. */
  function cgroupFrom(parent: number | undefined): string {
    let pid = parent;
    for (let generation = 0; pid !== undefined && generation < MAX_GENERATIONS; generation++) {
      const process = read(pid);
      if (process && !process.hasEnded) return process.facts.cgroup;
      pid = process?.parent;
    }
    return '';
  }

  /** A name is computed again only after a change of something that it depends on. */
  function nameOf(process: ProcessFacts): CachedName {
    const ports = rules.length > 0 ? process.ports.join() : '';
    const { workload } = process;
    const last = names.get(process);
    if (last && last.ports === ports && last.workload === workload) return last;
    const naming = nameProcess(process, rules);
    const name = { ports, workload, naming, program: programOf(process.files) };
    names.set(process, name);
    return name;
  }

  /**
   * A server that forks for each connection, or has workers, is one process to its clients: the first process of its
   * program. Otherwise every connection to PostgreSQL would be a dependency of its own. The leader names its workers,
   * unless they have a different name from a step of the same or higher precedence.
   */
  function leaderOf(process: NamedProcess): NamedProcess {
    let leader = process;
    for (let generation = 0; generation < MAX_GENERATIONS && leader.parent !== undefined; generation++) {
      const parent = find(leader.parent);
      if (!parent || !mayLead(parent, leader)) break;
      leader = parent;
    }
    return leader;
  }

  return {
    beginCycle({ processOf: of, listeners = [] } = {}) {
      processOf = of;
      ports = rules.length > 0 ? listeningPorts(listeners) : new Map();
      previous = current;
      current = new Map();
      processes.clear();
      running.beginCycle();
    },
    identify(pid, image) {
      const key = keyOf(pid, image);
      const known = current.get(key);
      if (known) return known;
      const process = find(pid, image);
      const remembered = !process || process.hasEnded ? previous.get(key) : undefined;
      const identity = remembered ?? (process && toIdentity(leaderOf(process)));
      if (identity) current.set(key, identity);
      return identity;
    },
    refreshNames: () => current.clear(),
    explain(pid) {
      const process = find(pid);
      if (!process) return undefined;
      const leader = leaderOf(process);
      return { ...leader.naming, ...toIdentity(leader) };
    },
  };
}

function programOf(files: ProcessFiles): Program {
  const file = files.executable ? escapeBytes(fileName(files.executable)) : processName(files);
  return { file, service: serviceName(files) };
}

/**
 * A worker might have a different name and title than its leader, but runs the same file for the same service; or an
 * interpreter with `-c`, as in Python's multiprocessing.
 */
function mayLead({ program, naming, facts }: NamedProcess, worker: NamedProcess): boolean {
  if (program.file !== worker.program.file || facts.machine !== worker.facts.machine) return false;
  const isUnnamed = isInterpreter(worker.program.service);
  if (isUnnamed && worker.naming.step === 'program') return true;
  return (isUnnamed || program.service === worker.program.service) && mayName(naming, worker.naming);
}

function mayName(leader: Naming, worker: Naming): boolean {
  return leader.service === worker.service || STEPS.indexOf(leader.step) < STEPS.indexOf(worker.step);
}

function toIdentity({ naming, facts: { pid, files } }: NamedProcess): Identity {
  const { service, site, forwardsTo } = naming;
  return {
    service: shorten(service),
    process: shorten(processName(files)),
    pid,
    kind: kindOf(naming),
    ...(site !== undefined && { site: shorten(site) }),
    ...(forwardsTo && { forwardsTo }),
  };
}

function keyOf(pid: number, image: number | undefined): string {
  return image === undefined ? `${pid}` : `${pid} ${image}`;
}

/** Tolerance in seconds: /proc has start times in ticks, the capture in ns. */
const SAME_START = 0.02;

/**
 * Whether the process that has the pid now is the captured one: pids are reused, and execve(2) replaces the program of
 * a process. A zombie no longer has an executable.
 */
function isSameProcess(now: ProcessFiles, captured: ProcessFiles): boolean {
  if (now.started !== undefined && captured.started !== undefined) {
    if (Math.abs(now.started - captured.started) > SAME_START) return false;
  }
  if (!now.executable || !captured.executable) return true;
  // The BPF program stores only the file name, truncated.
  return fileName(now.executable)
    .subarray(0, captured.executable.length)
    .equals(fileName(captured.executable));
}

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME - 1).join('')}…`;
}
