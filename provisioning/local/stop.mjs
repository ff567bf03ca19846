/** Stopping: signals to this program, forwarded to its children. */

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** @typedef {keyof typeof EXIT_CODES} StopSignal */

/** Thrown to end current work because this program has to stop; shown without a stack trace. */
export class Stopped extends Error {
  /** @param {StopSignal} signal */
  constructor(signal) {
    super('Stopped.');
    this.name = 'Stopped';
    this.signal = signal;
    this.exitCode = EXIT_CODES[signal];
  }
}

const controller = new AbortController();

/** Aborted with a `Stopped` as the reason when this program has to stop. */
export const stop = controller.signal;

/** Starts watching for signals and for the end of the parent process. */
export function watchSignals() {
  for (const signal of /** @type {StopSignal[]} */ (Object.keys(EXIT_CODES)))
    process.on(signal, () => controller.abort(new Stopped(signal)));
  // An npm that is killed with -9 forwards no signal, but this program gets a new parent process.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) controller.abort(new Stopped('SIGTERM'));
  }, 500).unref();
}

/**
 * Resolves to a child's exit code. The signal that stops this program is forwarded to the child, or to its process group
 * if it leads one.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ leadsGroup?: boolean }} [options]
 * @returns {Promise<number>}
 */
export async function exitCode(child, { leadsGroup = false } = {}) {
  function forward() {
    if (!child.pid) return;
    try {
      process.kill(leadsGroup ? -child.pid : child.pid, stop.reason.signal);
    } catch {
      // It has ended already.
    }
  }
  stop.addEventListener('abort', forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    stop.removeEventListener('abort', forward);
  }
}
