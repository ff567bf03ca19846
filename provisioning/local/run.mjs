import { spawn } from 'node:child_process';
import { SetupError } from './console.mjs';
import { ENV } from './paths.mjs';
import { exitCode, stop } from './stop.mjs';

/**
 * Runs a command and resolves to its exit code. Its output is shown; with `quiet` only if it fails, with `silent` never.
 * When this program has to stop, the command is stopped as well and `Stopped` is thrown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, silent?: boolean }} [options]
 * @returns {Promise<number>}
 */
export async function run(command, args, { cwd, env = ENV, quiet = false, silent = false } = {}) {
  stop.throwIfAborted();
  const shown = silent ? 'ignore' : quiet ? 'pipe' : 'inherit';
  // In its own process group: npm forwards signals to its shell, but not to the shell's children.
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
 * Like `run`, but throws a `SetupError` with the command if it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0)
    throw new SetupError(`command failed with exit code ${code}: ${[command, ...args].join(' ')}`);
}
