import type { Pass } from '../capture/capture.ts';
import type { Log } from '../log.ts';

/** Warns once of processes, and once of network namespaces, that this process may not look into. */
export function createHiddenWarning(log: Log): (pass: Pass) => void {
  let toldOfProcesses = false;
  let toldOfNamespaces = false;

  return ({ hiddenProcesses, namespaces }) => {
    if (hiddenProcesses > 0 && !toldOfProcesses) {
      toldOfProcesses = true;
      log.warn('some processes may not be looked into: their dependencies carry no process and no pid', {
        processes: hiddenProcesses,
        needs: 'CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, or root',
      });
    }
    const skipped = namespaces.filter((namespace) => namespace.skipped !== undefined);
    if (skipped[0]?.skipped !== undefined && !toldOfNamespaces) {
      toldOfNamespaces = true;
      log.warn('some network namespaces could not be read: their dependencies are missing', {
        namespaces: skipped.length,
        reason: skipped[0].skipped,
        needs: 'CAP_SYS_ADMIN, or root',
      });
    }
  };
}
