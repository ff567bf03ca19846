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
import { createRunningProcesses, isEmpty, type Running } from './running.ts';
import { isInterpreter, serviceName } from './service-name.ts';
import type { Workload, WorkloadOf } from './workload.ts';

/** Who a process is. */
export interface Identity {
  readonly service: string;
  readonly process: string;
  /** Its own, or that of its leader when it is one of many workers. */
  readonly pid: number;
  /** How its name was found. */
  readonly kind: EndpointKind;
  /** Where one of the user's rules puts it. */
  readonly site?: string;
  /** Where a port forwarder sends the connections that it accepts. */
  readonly forwardsTo?: ForwarderTarget;
}

/** Names processes, and remembers those in use by the pass before: they may have ended since. */
export interface Identifier {
  /**
   * Starts a pass: every process is looked at once in it, and those not asked for are forgotten at its end. The
   * capture may know of processes that have ended since, and tells who listens where.
   */
  beginCycle(pass?: Partial<Pick<Reading, 'processOf' | 'listeners'>>): void;
  /** `image` tells the process from others that have had its pid; without, it is the one that has it now. */
  identify(pid: number, image?: number): Identity | undefined;
  /** Has the processes of this pass named anew: their containers have got names meanwhile. */
  refreshNames(): void;
  /** How a process that runs, or its leader, got its name. */
  explain(pid: number): Explanation | undefined;
}

/** Who a process is, and where its name comes from. */
export type Explanation = Naming & Identity;

export interface IdentifierOptions {
  /** The user's own names, which go before all others. */
  readonly rules?: readonly Rule[];
  /** Containers and pods, which go before what a process tells of itself. */
  readonly workloadOf?: WorkloadOf;
}

/** What a process runs: workers run what their leader does. */
interface Program {
  readonly file: string;
  readonly service: string;
}

/** What this pass found of a process. */
interface Found extends Running {
  readonly naming: Naming;
  readonly program: Program;
}

/** What a process was called, and what that may depend on besides the process. */
interface Named {
  readonly ports: string;
  readonly workload: Workload | undefined;
  readonly naming: Naming;
  readonly program: Program;
}

/** A name is a label of every series, and a program may call itself anything at any length. */
const MAX_NAME = 128;
const MAX_GENERATIONS = 32;

export function createIdentifier(
  procRoot: string,
  { rules = [], workloadOf = () => undefined }: IdentifierOptions = {},
): Identifier {
  let before = new Map<string, Identity>();
  let now = new Map<string, Identity>();
  let processOf: Reading['processOf'];
  let ports = new Map<number, readonly number[]>();
  const looked = new Map<string, Running | undefined>();
  const named = new WeakMap<ProcessFacts, Named>();
  const facts = createFactsReader(procRoot, { portsOf: (pid) => ports.get(pid) ?? [], workloadOf });
  const running = createRunningProcesses(procRoot, facts);

  function find(pid: number, image?: number): Found | undefined {
    const process = look(pid, image);
    return process && { ...process, ...nameOf(process.facts) };
  }

  function look(pid: number, image?: number): Running | undefined {
    const key = keyOf(pid, image);
    if (!looked.has(key)) looked.set(key, lookAnew(pid, image));
    return looked.get(key);
  }

  function lookAnew(pid: number, image: number | undefined): Running | undefined {
    const process = running.look(pid);
    const seen = processOf?.(pid, image);
    if (!seen) return process;
    const same = process && isSameProcess(process.facts.files, seen) ? process : undefined;
    if (same && !isEmpty(same.facts.files)) return same;
    const files = { ...same?.facts.files, ...seen };
    return { facts: facts.ofEnded(pid, files, () => cgroupOf(files)), parent: files.parent, hasEnded: true };
  }

  /** The text of `/proc/PID/cgroup` as it was, of a process that has ended: the kernel forgets it. */
  function cgroupOf({ cgroup, parent }: ProcessFiles): string {
    const inherited = cgroupFrom(parent);
    const own = `0::${escapeBytes(cgroup ?? Buffer.from('/'))}`;
    // The root names nobody; and in the same one as its parent, it is so in version 1 as well.
    return own === '0::/' || inherited.split('\n').includes(own) ? inherited : `${own}\n`;
  }

  /** A process starts in its parent's cgroup. */
  function cgroupFrom(parent: number | undefined): string {
    let pid = parent;
    for (let generation = 0; pid !== undefined && generation < MAX_GENERATIONS; generation++) {
      const process = look(pid);
      if (process && !process.hasEnded) return process.facts.cgroup;
      pid = process?.parent;
    }
    return '';
  }

  /** Its name is found anew only when something has changed on which it may depend. */
  function nameOf(process: ProcessFacts): Named {
    const ports = rules.length > 0 ? process.ports.join() : '';
    const { workload } = process;
    const last = named.get(process);
    if (last && last.ports === ports && last.workload === workload) return last;
    const naming = nameProcess(process, rules);
    const name = { ports, workload, naming, program: programOf(process.files) };
    named.set(process, name);
    return name;
  }

  /**
   * A server that forks for each connection, or keeps workers, is one process to those who depend on it: the
   * first of its program. Else every connection to PostgreSQL would be a dependency of its own. It names its
   * workers, unless they have another name of their own that is as good.
   */
  function leaderOf(process: Found): Found {
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
      before = now;
      now = new Map();
      looked.clear();
      running.beginCycle();
    },
    identify(pid, image) {
      const key = keyOf(pid, image);
      const known = now.get(key);
      if (known) return known;
      const process = find(pid, image);
      const remembered = !process || process.hasEnded ? before.get(key) : undefined;
      const identity = remembered ?? (process && toIdentity(leaderOf(process)));
      if (identity) now.set(key, identity);
      return identity;
    },
    refreshNames: () => now.clear(),
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
 * A worker may have another name and title than its leader, but runs the same file for the same service; or code
 * from its command line, as Python's multiprocessing has it.
 */
function mayLead({ program, naming }: Found, worker: Found): boolean {
  if (program.file !== worker.program.file) return false;
  const isNameless = isInterpreter(worker.program.service);
  if (isNameless && worker.naming.step === 'program') return true;
  return (isNameless || program.service === worker.program.service) && mayName(naming, worker.naming);
}

function mayName(leader: Naming, worker: Naming): boolean {
  return leader.service === worker.service || STEPS.indexOf(leader.step) < STEPS.indexOf(worker.step);
}

function toIdentity({ naming: { service, step, site, forwardsTo }, facts: { pid, files } }: Found): Identity {
  return {
    service: shorten(service),
    process: shorten(processName(files)),
    pid,
    kind: kindOf(step),
    ...(site !== undefined && { site: shorten(site) }),
    ...(forwardsTo && { forwardsTo }),
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

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= MAX_NAME ? name : `${characters.slice(0, MAX_NAME - 1).join('')}…`;
}
