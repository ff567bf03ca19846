import type { ProcessFiles } from '../proc/process.ts';
import { escapeBytes } from './escape-bytes.ts';

/** The kernel keeps 15 bytes of a name (include/linux/sched.h, TASK_COMM_LEN). */
const COMM_BYTES = 15;
/** Node.js gives its main thread this name and so hides the program's. */
const THREAD_NAMES = new Set(['MainThread']);

/**
 * The name under which `ps` shows the process. The executable's file name takes its place where the kernel
 * has cut it short, or where the program put the name of a thread in its place.
 */
export function processName({ comm, executable }: ProcessFiles): string {
  const name = escapeBytes(comm);
  if (!executable) return name;
  const file = fileName(executable);
  if (THREAD_NAMES.has(name)) return escapeBytes(file);
  const isCut = comm.length === COMM_BYTES && file.subarray(0, COMM_BYTES).equals(comm);
  return isCut ? escapeBytes(file) : name;
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
