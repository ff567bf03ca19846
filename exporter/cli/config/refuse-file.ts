import { UsageError } from './usage-error.ts';

/**
 * For the `catch` of a file that the user named: throws `UsageError` with what was tried and the system's reason,
 * of which the call and the path are left off.
 */
export function refuseFile(attempt: string): (cause: Error) => never {
  return (cause) => {
    const [reason] = cause.message.split(', ');
    throw new UsageError(`${attempt}: ${reason}`, { cause });
  };
}
