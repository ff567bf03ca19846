import type { ProcessFiles } from '../proc/process.ts';
import { readStart } from '../proc/read-start.ts';
import { createUserNames, parseUid } from '../proc/users.ts';
import { escapeBytes } from '../text/escape-bytes.ts';
import { parseCgroup } from './container/cgroup.ts';
import { parseMachine } from './container/machine.ts';
import { otelName } from './otel-name.ts';
import { systemdUnit } from './systemd-unit.ts';
import type { Workload, WorkloadOf } from './workload.ts';

/** The input of the naming steps. All but `files` is read on first use, and then kept. */
export interface ProcessFacts {
  readonly pid: number;
  readonly files: ProcessFiles;
  /** The text of `/proc/PID/cgroup`, of any version; '' if unknown. */
  readonly cgroup: string;
  /** The machine (system container) that it runs in, by its cgroup. */
  readonly machine: string | undefined;
  /** Its systemd service, within its machine. */
  readonly unit: string | undefined;
  /** The name of its user, or the number of a user without a name. */
  readonly user: string | undefined;
  /** Its service name in its own telemetry; undefined if its environment cannot be read. */
  readonly otelName: string | undefined;
  /** The ports it listens on now, ascending. */
  readonly ports: readonly number[];
  /** Its container or pod, if its name is known by now. */
  readonly workload: Workload | undefined;
}

/** Facts that can change during the life of a process. */
export interface ChangingFacts {
  readonly portsOf: (pid: number) => readonly number[];
  readonly workloadOf: WorkloadOf;
}

export interface FactsReader {
  /** The facts of a running process or a zombie. */
  ofRunning(pid: number, files: ProcessFiles): ProcessFacts;
  /** The facts of a process that has ended; its cgroup is taken from `cgroup`. */
  ofEnded(pid: number, files: ProcessFiles, cgroup: () => string): ProcessFacts;
}

/** A process can be in a dozen hierarchies, at paths of any length. */
const CGROUP_BYTES = 32 * 1024;
const STATUS_BYTES = 4096;
/** An environment can be megabytes long; only its first part is searched. */
const ENVIRON_BYTES = 128 * 1024;

export function createFactsReader(procRoot: string, { portsOf, workloadOf }: ChangingFacts): FactsReader {
  const userName = createUserNames([`${procRoot}/1/root/etc/passwd`, '/etc/passwd']);

  function read(pid: number, file: string, limit: number): Buffer {
    try {
      return readStart(`${procRoot}/${pid}/${file}`, limit);
    } catch {
      return Buffer.alloc(0);
    }
  }

  function userOf(pid: number): string | undefined {
    const uid = parseUid(escapeBytes(read(pid, 'status', STATUS_BYTES)));
    return uid === undefined ? undefined : userName(uid);
  }

  function create(pid: number, files: ProcessFiles, own: Pick<Lazy, 'cgroup' | 'user' | 'otelName'>) {
    const cgroup = once(own.cgroup);
    const user = once(own.user);
    const name = once(own.otelName);
    // An engine can run a container in a cgroup below its own unit, which is not the container's.
    const unit = once(() => (parseCgroup(cgroup()) ? undefined : systemdUnit(cgroup())));
    const machine = once(() => parseMachine(cgroup()));
    return {
      pid,
      files,
      get cgroup() {
        return cgroup();
      },
      get machine() {
        return machine();
      },
      get unit() {
        return unit();
      },
      get user() {
        return user();
      },
      get otelName() {
        return name();
      },
      get ports() {
        return portsOf(pid);
      },
      get workload() {
        return workloadOf(cgroup());
      },
    };
  }

  return {
    ofRunning: (pid, files) =>
      create(pid, files, {
        cgroup: () => escapeBytes(read(pid, 'cgroup', CGROUP_BYTES)),
        user: () => userOf(pid),
        otelName: () => otelName(read(pid, 'environ', ENVIRON_BYTES)),
      }),
    ofEnded: (pid, files, cgroup) =>
      create(pid, files, {
        cgroup,
        user: () => undefined,
        otelName: () => files.environ && otelName(files.environ),
      }),
  };
}

type Lazy = { readonly [K in keyof ProcessFacts]: () => ProcessFacts[K] };

function once<T>(read: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: read() };
    return value.of;
  };
}
