/** How this program is told to stop, and passes that on to what it started. */

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** @typedef {keyof typeof EXIT_CODES} StopSignal */

/** Ends the work at hand because this program is to stop; its message is all there is to show. */
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

/** Aborted, with a `Stopped` as the reason, when this program is to stop. */
export const stop = controller.signal;

/** Heeds signals and the death of the process that started this one from now on. */
export function heedSignals() {
  for (const signal of /** @type {StopSignal[]} */ (Object.keys(EXIT_CODES)))
    process.on(signal, () => controller.abort(new Stopped(signal)));
  // An npm that is killed with -9 tells nobody, but leaves this program with a new parent.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) controller.abort(new Stopped('SIGTERM'));
  }, 500).unref();
}

/**
 * Resolves to a child's exit code. The signal that stops this program is passed on to the child, or to its whole
 * group if it leads one.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ leadsGroup?: boolean }} [options]
 * @returns {Promise<number>}
 */
export async function exitCode(child, { leadsGroup = false } = {}) {
  function pass() {
    if (!child.pid) return;
    try {
      process.kill(leadsGroup ? -child.pid : child.pid, stop.reason.signal);
    } catch {
      // It has ended already.
    }
  }
  stop.addEventListener('abort', pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    stop.removeEventListener('abort', pass);
  }
}
