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
    const parent = readParent(folder);
    return { comm, args, ...(executable && { executable }), ...(parent && { parent }) };
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

function readParent(folder: string): number | undefined {
  try {
    return parseParent(readFileSync(`${folder}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** `20 (any (name) S 1 …` → 1: the second field after the name (proc(5)); undefined when it is 0 or none. */
export function parseParent(stat: string): number | undefined {
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ', 3)[2]);
  return Number.isSafeInteger(parent) && parent > 0 ? parent : undefined;
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
