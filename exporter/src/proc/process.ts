import { readFileSync, readlinkSync } from 'node:fs';

/** What `/proc/PID` tells of a running process, as the bytes the kernel keeps. */
export interface ProcessFiles {
  /** The name of the main thread, at most 15 bytes. */
  readonly comm: Buffer;
  /** Path of the executable; absent for kernel threads and for processes that may not be looked into. */
  readonly executable?: Buffer;
  /** The arguments, the first being the program; empty for kernel threads. */
  readonly args: readonly Buffer[];
}

/** Enough for the interpreter's options and the script; a command line can hold megabytes. */
const MAX_ARGS = 32;

/** Reads what names a process; undefined once it is gone. */
export function readProcess(procRoot: string, pid: number): ProcessFiles | undefined {
  const folder = `${procRoot}/${pid}`;
  try {
    const comm = stripNewline(readFileSync(`${folder}/comm`));
    const args = parseArgs(readFileSync(`${folder}/cmdline`));
    const executable = readExecutable(folder);
    return { comm, args, ...(executable && { executable }) };
  } catch {
    return undefined;
  }
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
