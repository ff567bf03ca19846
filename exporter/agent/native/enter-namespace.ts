import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError } from '../fatal-error.ts';
import type { Libc } from './libc.ts';

/** A network namespace, and a process through which it can be entered. */
export interface NetworkNamespace {
  /** Inode of the namespace. */
  readonly netns: number;
  readonly pid: number;
  /** Whether this process itself runs in it. */
  readonly isOwn: boolean;
}

export interface NamespaceEntry {
  /**
   * Runs `run` in that network namespace: enters it and returns within this one synchronous call. Throws when it
   * cannot be entered, and a `FatalError` when there is no way back.
   */
  within<T>(namespace: Pick<NetworkNamespace, 'pid' | 'isOwn'>, run: () => T): T;
  close(): void;
}

/** Enters other network namespaces (CAP_SYS_ADMIN, CAP_SYS_PTRACE). */
export function createNamespaceEntry(
  libc: Pick<Libc, 'enterNetworkNamespace'>,
  procRoot: string,
): NamespaceEntry {
  const home = openSync(join(procRoot, 'self/ns/net'), 'r');

  function returnHome(): void {
    try {
      libc.enterNetworkNamespace(home);
    } catch (cause) {
      throw new FatalError('cannot return to the original network namespace', 'ERR_STRANDED', { cause });
    }
  }

  return {
    within({ pid, isOwn }, run) {
      if (isOwn) return run();
      const target = openSync(join(procRoot, `${pid}/ns/net`), 'r');
      try {
        libc.enterNetworkNamespace(target);
        try {
          return run();
        } finally {
          returnHome();
        }
      } finally {
        closeSync(target);
      }
    },
    close: () => closeSync(home),
  };
}
