import { escapeBytes } from '../text/escape-bytes.ts';
import type { ProcessFiles } from './process.ts';

/** The kernel keeps 15 bytes of a name (include/linux/sched.h, TASK_COMM_LEN). */
const COMM_BYTES = 15;

/**
 * The name that the process was started with: that of its executable, of a link to it, or of a script with `#!`. The
 * kernel truncates `comm`, and a program can change it at any time, even for each request: then it is the file name of
 * the executable.
 */
export function processName({ comm, executable, args }: ProcessFiles): string {
  const file = executable && fileName(executable);
  const started = [...(file ? [file] : []), ...args.map(nameIn)];
  return escapeBytes(started.find((name) => isNameOf(comm, name)) ?? file ?? comm);
}

/** Programs append text to their first argument: `redis-server *:6379`. */
function nameIn(arg: Buffer): Buffer {
  const end = arg.indexOf(' ');
  return fileName(end === -1 ? arg : arg.subarray(0, end));
}

function isNameOf(comm: Buffer, name: Buffer): boolean {
  return name.length > 0 && name.subarray(0, COMM_BYTES).equals(comm);
}

/** The last part of an executable's path. */
export function fileName(path: Buffer): Buffer {
  const whole = filePath(path);
  return whole.subarray(whole.lastIndexOf('/') + 1);
}

/** The path of an executable without the suffix that the kernel appends when the file is deleted (proc(5)). */
export function filePath(path: Buffer): Buffer {
  const deleted = Buffer.from(' (deleted)');
  const isDeleted = path.length > deleted.length && path.subarray(-deleted.length).equals(deleted);
  return isDeleted ? path.subarray(0, -deleted.length) : path;
}
