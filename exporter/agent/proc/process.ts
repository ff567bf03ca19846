import { readFileSync, readlinkSync } from 'node:fs';
import { readStart } from './read-start.ts';

/** The content of `/proc/PID` for a running process, as raw bytes. */
export interface ProcessFiles {
  /** The name of the main thread, at most 15 bytes. */
  readonly comm: Buffer;
  /** Path of the executable; absent for kernel threads and for processes that cannot be inspected. */
  readonly executable?: Buffer;
  /** The arguments, the first being the program; empty for kernel threads. */
  readonly args: readonly Buffer[];
  /** The process that started it, or adopted it after that ended; absent if it has none. */
  readonly parent?: number;
  /** When it started, in seconds since boot. */
  readonly started?: number;
  /** The variable of its environment that names its service, if the capture has recorded it; ends in a zero byte. */
  readonly environ?: Buffer;
  /** The path of its cgroup (version 2), if the capture has recorded it. */
  readonly cgroup?: Buffer;
}

/** The content of `/proc/PID/stat`. */
export interface ProcessStat extends Pick<ProcessFiles, 'parent' | 'started'> {
  /** Whether it has ended and was not reaped yet. */
  readonly isZombie: boolean;
  /**
   * A different text for every program that had this pid: made of the start time, the name, and the memory address of
   * the arguments, which changes with each execve(2) and is only visible with permission to trace. Absent without a
   * start time.
   */
  readonly image?: string;
}

/** Enough for the options, class path and main class of a Java server; a command line can be megabytes long. */
const MAX_ARGS = 128;
const MAX_BYTES = 32 * 1024;
/** Shared: a program that overwrites its arguments with a title leaves hundreds of empty ones. */
const NO_BYTES = Buffer.alloc(0);

/** Reads the files that name a process; undefined if it has ended. */
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

/** The start of a command line, without a truncated last argument, which would be a different name. */
function readCommandLine(path: string): Buffer {
  const line = readStart(path, MAX_BYTES);
  return line.length < MAX_BYTES ? line : line.subarray(0, line.lastIndexOf(0) + 1);
}

/** More than 52 numbers and a name. */
const STAT_BYTES = 2048;

export function readStat(procRoot: string, pid: number): ProcessStat | undefined {
  try {
    return parseStat(readStart(`${procRoot}/${pid}/stat`, STAT_BYTES).toString('latin1'));
  } catch {
    return undefined;
  }
}

/** Fields 3, 4, 22 and 48 of `/proc/PID/stat` (proc(5)), counted from the state, the first field after the name. */
const STATE = 0;
const PARENT = 1;
const STARTED = 19;
const ARG_START = 45;
/** The kernel reports times in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** `20 (any (name) S 1 …` → parent 1; a parent of 0 is left out. */
export function parseStat(stat: string): ProcessStat {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ', ARG_START + 1);
  const [parent, started] = [Number(fields[PARENT]), Number(fields[STARTED])];
  return {
    isZombie: fields[STATE] === 'Z' || fields[STATE] === 'X',
    ...(Number.isSafeInteger(parent) && parent > 0 && { parent }),
    ...(Number.isSafeInteger(started) &&
      started >= 0 && {
        started: started / TICKS_PER_SECOND,
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

/** The file ends in a newline; one before it is part of the name. */
export function stripNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

/** `/proc/PID/cmdline`: zero-terminated arguments (proc(5)). */
export function parseArgs(bytes: Buffer): Buffer[] {
  const args: Buffer[] = [];
  for (let start = 0; start < bytes.length && args.length < MAX_ARGS; ) {
    const end = bytes.indexOf(0, start);
    args.push(end === start ? NO_BYTES : bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return args;
}
