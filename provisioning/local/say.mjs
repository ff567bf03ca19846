import { heedSignals, Stopped } from './stop.mjs';

/** What the set-up tells the person who waits for it. Plain JavaScript without packages: it runs before any is installed. */

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a step that may take long and tells that it began and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now();
  say(`• ${title} …`);
  const result = await work();
  say(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Something a person has to put right; its message is all there is to show. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/**
 * Runs a script's main function; a `SetupError` or a `Stopped` ends it with its message alone.
 * @param {() => Promise<number>} main resolves to the exit code
 */
export async function runMain(main) {
  heedSignals();
  // A closed terminal must not keep this program from stopping what it started.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    process.exitCode = await main();
  } catch (error) {
    const isPlain = error instanceof SetupError || error instanceof Stopped;
    process.stderr.write(`\n${isPlain ? error.message : /** @type {Error} */ (error).stack}\n`);
    process.exitCode = error instanceof Stopped ? error.exitCode : 1;
  }
}
