import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkNamespace } from '../proc/namespaces.ts';
import type { Libc } from './libc.ts';

export interface NamespaceEntry {
  /**
   * Runs in that network namespace, by stepping into it and back within this one synchronous call. Throws when it may
   * not be entered, and an error that is `fatal` when there is no way back.
   */
  within<T>(namespace: Pick<NetworkNamespace, 'pid' | 'isOwn'>, run: () => T): T;
  close(): void;
}

/** Steps into other network namespaces than the own one (CAP_SYS_ADMIN, CAP_SYS_PTRACE). */
export function createNamespaceEntry(
  libc: Pick<Libc, 'enterNetworkNamespace'>,
  procRoot: string,
): NamespaceEntry {
  const home = openSync(join(procRoot, 'self/ns/net'), 'r');

  function goHome(): void {
    try {
      libc.enterNetworkNamespace(home);
    } catch (cause) {
      const stranded = new Error('cannot return to the own network namespace', { cause });
      throw Object.assign(stranded, { fatal: true as const, code: 'ERR_STRANDED' });
    }
  }

  return {
    within({ pid, isOwn }, run) {
      if (isOwn) return run();
      const there = openSync(join(procRoot, `${pid}/ns/net`), 'r');
      try {
        libc.enterNetworkNamespace(there);
        try {
          return run();
        } finally {
          goHome();
        }
      } finally {
        closeSync(there);
      }
    },
    close: () => closeSync(home),
  };
}
