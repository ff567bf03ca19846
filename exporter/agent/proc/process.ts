import { readFileSync, readlinkSync } from 'node:fs';
import { readStart } from './read-start.ts';

/** What `/proc/PID` tells of a running process, as the bytes the kernel keeps. */
export interface ProcessFiles {
  /** The name of the main thread, at most 15 bytes. */
  readonly comm: Buffer;
  /** Path of the executable; absent for kernel threads and for processes that may not be looked into. */
  readonly executable?: Buffer;
  /** The arguments, the first being the program; empty for kernel threads. */
  readonly args: readonly Buffer[];
  /** The process that started it, or took it over once that had ended; absent for what has none. */
  readonly parent?: number;
  /** When it started, in seconds since boot. */
  readonly started?: number;
  /** The path of its cgroup (version 2), where the capture has kept it. */
  readonly cgroup?: Buffer;
}

/** What one read of `/proc/PID/stat` tells. */
export interface ProcessStat extends Pick<ProcessFiles, 'parent' | 'started'> {
  /** Whether it has ended and only waits for its parent to notice. */
  readonly isZombie: boolean;
  /**
   * Other text for every program that the pid has ever run: a process has a start, a name, and arguments that lie
   * elsewhere after each execve(2). Only those who may trace the process are told where. Absent without a start.
   */
  readonly image?: string;
}

/** Enough for the options of a Java server, its class path and what it runs; a command line can hold megabytes. */
const MAX_ARGS = 128;
const MAX_BYTES = 32 * 1024;
/** A program that writes a title over its arguments leaves hundreds of these behind it. */
const NO_BYTES = Buffer.alloc(0);

/** Reads what names a process; undefined once it is gone. */
export function readProcess(
  procRoot: string,
  pid: number,
  stat: ProcessStat | undefined = readStat(procRoot, pid),
): ProcessFiles | undefined {
  const folder = `${procRoot}/${pid}`;
  try {
    const comm = stripNewline(readFileSync(`${folder}/comm`));
    const args = parseArgs(readCommandLine(`${folder}/cmdline`));
    const executable = readExecutable(folder);
    const { parent, started } = stat ?? {};
    return {
      comm,
      args,
      ...(executable && { executable }),
      ...(parent !== undefined && { parent }),
      ...(started !== undefined && { started }),
    };
  } catch {
    return undefined;
  }
}

/** The start of a command line; an argument cut off in the middle would be another name. */
function readCommandLine(path: string): Buffer {
  const line = readStart(path, MAX_BYTES);
  return line.length < MAX_BYTES ? line : line.subarray(0, line.lastIndexOf(0) + 1);
}

/** Longer than any: 52 numbers and a name. */
const STAT_BYTES = 2048;

export function readStat(procRoot: string, pid: number): ProcessStat | undefined {
  try {
    return parseStat(readStart(`${procRoot}/${pid}/stat`, STAT_BYTES).toString('latin1'));
  } catch {
    return undefined;
  }
}

/** Fields 3, 4, 22 and 48 of `/proc/PID/stat` (proc(5)), counted from the state, which is the first after the name. */
const STATE = 0;
const PARENT = 1;
const STARTED = 19;
const ARG_START = 45;
/** The kernel tells times to user space in hundredths of a second (USER_HZ). */
const TICKS = 100;

/** `20 (any (name) S 1 …` → parent 1; a parent that is 0 or none is left out. */
export function parseStat(stat: string): ProcessStat {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ', ARG_START + 1);
  const [parent, started] = [Number(fields[PARENT]), Number(fields[STARTED])];
  return {
    isZombie: fields[STATE] === 'Z' || fields[STATE] === 'X',
    ...(Number.isSafeInteger(parent) && parent > 0 && { parent }),
    ...(Number.isSafeInteger(started) && {
      started: started / TICKS,
      image: `${fields[STARTED]} ${fields[ARG_START]} ${stat.slice(stat.indexOf('('), end)}`,
    }),
  };
}

function readExecutable(folder: string): Buffer | undefined {
  try {
    return readlinkSync(`${folder}/exe`, 'buffer');
  } catch {
    return undefined;
  }
}

/** The file ends in a newline of its own; one before it belongs to the name. */
export function stripNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

/** `/proc/PID/cmdline`: arguments that each end in a zero byte (proc(5)). */
export function parseArgs(bytes: Buffer): Buffer[] {
  const args: Buffer[] = [];
  for (let start = 0; start < bytes.length && args.length < MAX_ARGS; ) {
    const end = bytes.indexOf(0, start);
    args.push(end === start ? NO_BYTES : bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return args;
}
