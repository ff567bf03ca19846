import { type Reading, skippedNamespaces } from './capture/capture.ts';
import type { Log } from './log.ts';

/**
 * Warns once about processes that cannot be inspected, if connections are unnamed because of that, and once about
 * network namespaces that cannot be read.
 */
export function createHiddenWarning(log: Log): (reading: Reading) => void {
  let warnedOfProcesses = false;
  let warnedOfNamespaces = false;

  return (reading) => {
    const { hiddenProcesses, observations } = reading;
    const unnamed = observations.some(({ open, pid }) => open > 0 && pid === undefined);
    if (hiddenProcesses > 0 && unnamed && !warnedOfProcesses) {
      warnedOfProcesses = true;
      log.warn('some processes cannot be inspected: their connections are unnamed', {
        processes: hiddenProcesses,
        needs: 'CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH',
      });
    }
    const skipped = skippedNamespaces(reading);
    if (skipped[0]?.skipped !== undefined && !warnedOfNamespaces) {
      warnedOfNamespaces = true;
      log.warn('some network namespaces cannot be read: their connections are missing', {
        namespaces: skipped.length,
        reason: skipped[0].skipped,
        needs: 'CAP_SYS_ADMIN',
      });
    }
  };
}
