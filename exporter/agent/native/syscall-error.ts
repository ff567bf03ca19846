import { getSystemErrorName } from 'node:util';

/** A failed system call: its name, and the kernel's reason as `code` (`EPERM`, …). */
export class SyscallError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = errno > 0 ? getSystemErrorName(-errno) : `errno ${errno}`;
    super(`${call} failed: ${code}`);
    this.name = 'SyscallError';
    this.call = call;
    this.errno = errno;
    this.code = code;
  }
}
