import { Stopped, watchSignals } from './stop.mjs';

/** Console output of the set-up. Plain JavaScript without packages: it runs before any is installed. */

/** @param {string} text */
export function print(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a step that may take long, and prints its title and duration.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now();
  print(`• ${title} …`);
  const result = await work();
  print(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** A problem that the user has to solve; shown without a stack trace. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/**
 * Runs the main function of a script. Of a `SetupError` or `Stopped`, only the message is printed.
 * @param {() => Promise<number>} main resolves to the exit code
 */
export async function runMain(main) {
  watchSignals();
  // If the terminal is closed, this program must still stop its children.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    process.exitCode = await main();
  } catch (error) {
    const isPlain = error instanceof SetupError || error instanceof Stopped;
    process.stderr.write(`\n${isPlain ? error.message : /** @type {Error} */ (error).stack}\n`);
    process.exitCode = error instanceof Stopped ? error.exitCode : 1;
  }
}
