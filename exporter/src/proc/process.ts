import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';

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
}

/** Enough for the interpreter's options and the script; a command line can hold megabytes. */
const MAX_ARGS = 32;
const MAX_BYTES = 16 * 1024;
const commandLine = Buffer.alloc(MAX_BYTES);

/** Reads what names a process; undefined once it is gone. */
export function readProcess(procRoot: string, pid: number): ProcessFiles | undefined {
  const folder = `${procRoot}/${pid}`;
  try {
    const comm = stripNewline(readFileSync(`${folder}/comm`));
    const args = parseArgs(readCommandLine(`${folder}/cmdline`));
    const executable = readExecutable(folder);
    return { comm, args, ...(executable && { executable }), ...readStat(folder) };
  } catch {
    return undefined;
  }
}

/** The start of a command line; an argument cut off in the middle would be another name. */
function readCommandLine(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const length = readSync(fd, commandLine, 0, MAX_BYTES, 0);
    const end = length < MAX_BYTES ? length : commandLine.lastIndexOf(0) + 1;
    return Buffer.from(commandLine.subarray(0, end));
  } finally {
    closeSync(fd);
  }
}

function readStat(folder: string): Pick<ProcessFiles, 'parent' | 'started'> {
  try {
    return parseStat(readFileSync(`${folder}/stat`, 'latin1'));
  } catch {
    return {};
  }
}

/** Fields 4 and 22 of `/proc/PID/stat` (proc(5)), counted from the state, which is the first after the name. */
const PARENT = 1;
const STARTED = 19;
/** The kernel tells times to user space in hundredths of a second (USER_HZ). */
const TICKS = 100;

/** `20 (any (name) S 1 …` → parent 1; a parent that is 0 or none is left out. */
export function parseStat(stat: string): Pick<ProcessFiles, 'parent' | 'started'> {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', STARTED + 1);
  const [parent, started] = [Number(fields[PARENT]), Number(fields[STARTED])];
  return {
    ...(Number.isSafeInteger(parent) && parent > 0 && { parent }),
    ...(Number.isSafeInteger(started) && { started: started / TICKS }),
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
    args.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return args;
}
