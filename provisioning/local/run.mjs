import { spawn } from 'node:child_process';
import { ENV } from './places.mjs';
import { SetupError } from './say.mjs';
import { exitCode, stop } from './stop.mjs';

/**
 * Runs a command to its end and resolves to its exit code. Its output is shown, or with `quiet` kept and shown
 * only when it fails, or with `silent` not at all. When this program is to stop, so is the command, and `Stopped` is thrown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, silent?: boolean }} [options]
 * @returns {Promise<number>}
 */
export async function run(command, args, { cwd, env = ENV, quiet = false, silent = false } = {}) {
  stop.throwIfAborted();
  const shown = silent ? 'ignore' : quiet ? 'pipe' : 'inherit';
  // A group of its own: npm passes signals on to its shell, and not to what the shell runs.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', shown, shown], detached: true });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout?.on('data', (data) => output.push(data));
  child.stderr?.on('data', (data) => output.push(data));
  const code = await exitCode(child, { leadsGroup: true });
  stop.throwIfAborted();
  if (code !== 0 && quiet) process.stderr.write(Buffer.concat(output));
  return code;
}

/**
 * As `run`, but a failure throws a `SetupError` that names the command.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new SetupError(`this failed with exit code ${code}: ${[command, ...args].join(' ')}`);
}
