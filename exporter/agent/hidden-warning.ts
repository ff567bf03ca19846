import { type Reading, skippedNamespaces } from './capture/capture.ts';
import type { Log } from './log.ts';

/**
 * Warns once of processes that may not be looked into, if connections lack a name for it, and once of network
 * namespaces that could not be read.
 */
export function createHiddenWarning(log: Log): (pass: Reading) => void {
  let toldOfProcesses = false;
  let toldOfNamespaces = false;

  return (pass) => {
    const { hiddenProcesses, observations } = pass;
    const unnamed = observations.some(({ open, pid }) => open > 0 && pid === undefined);
    if (hiddenProcesses > 0 && unnamed && !toldOfProcesses) {
      toldOfProcesses = true;
      log.warn('some processes may not be looked into: their dependencies carry no name', {
        processes: hiddenProcesses,
        needs: 'CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH',
      });
    }
    const skipped = skippedNamespaces(pass);
    if (skipped[0]?.skipped !== undefined && !toldOfNamespaces) {
      toldOfNamespaces = true;
      log.warn('some network namespaces could not be read: their dependencies are missing', {
        namespaces: skipped.length,
        reason: skipped[0].skipped,
        needs: 'CAP_SYS_ADMIN',
      });
    }
  };
}
