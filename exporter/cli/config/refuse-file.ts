import { UsageError } from './usage-error.ts';

/**
 * Error handler for a file that the user named: throws `UsageError` with the attempt and the system's reason, without
 * system call and path.
 */
export function refuseFile(attempt: string): (cause: Error) => never {
  return (cause) => {
    const [reason] = cause.message.split(', ');
    throw new UsageError(`${attempt}: ${reason}`, { cause });
  };
}
