import { escapeBytes } from '../text/escape-bytes.ts';
import type { ProcessFiles } from './process.ts';

/** The kernel keeps 15 bytes of a name (include/linux/sched.h, TASK_COMM_LEN). */
const COMM_BYTES = 15;

/**
 * The name by which the process was started: that of its executable, of a link to it, or of a script with `#!`. The
 * kernel cuts it short, and a program may give itself any other, a new one for each request: then it is the
 * executable's file name.
 */
export function processName({ comm, executable, args }: ProcessFiles): string {
  const file = executable && fileName(executable);
  const started = [...(file ? [file] : []), ...args.map(nameIn)];
  return escapeBytes(started.find((name) => isNameOf(comm, name)) ?? file ?? comm);
}

/** Programs write more into their first argument: `redis-server *:6379`. */
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

/** An executable's path without the mark that the kernel appends once the file is deleted (proc(5)). */
export function filePath(path: Buffer): Buffer {
  const deleted = Buffer.from(' (deleted)');
  const isDeleted = path.length > deleted.length && path.subarray(-deleted.length).equals(deleted);
  return isDeleted ? path.subarray(0, -deleted.length) : path;
}
