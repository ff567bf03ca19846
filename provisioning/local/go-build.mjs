import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from './stop.mjs';

const TIME_LIMIT_MS = 15 * 60_000;

/**
 * Programs that are built from Go modules the first time (some minutes) and kept in the user's cache for every later
 * one.
 *
 * @typedef {object} GoBuild
 * @property {string} what what is built, for people
 * @property {string} name of its folder in the cache
 * @property {string} recipe all that the build depends on: another one is another build
 * @property {readonly string[]} programs
 * @property {(folder: string, go: (args: string[], env?: object) => Promise<Result>) => Promise<Result>} build
 *   leaves the programs in the folder
 *
 * @typedef {{ ok: boolean, why: string }} Result `why` is the end of what a command said, or that it could not be run
 */

/**
 * The folder that holds the programs. `missing` says why there is none: Go is absent, or the build failed, as it
 * does without a network.
 *
 * @param {GoBuild} wanted
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ folder: string } | { missing: string }>}
 */
export async function goPrograms({ what, name, recipe, programs, build }, { log }) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'musubi');
  const folder = join(cache, `${name}-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`);
  if (await areExecutable(programs.map((program) => join(folder, program)))) return { folder };
  if (!(await run('go', ['version'])).ok) {
    return { missing: `no ${what}: \`go\`, which builds it, is not installed` };
  }

  log(`building ${what} from its Go modules, once: this takes some minutes`);
  const started = Date.now();
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, `${name}-build-`));
  try {
    const built = await build(scratch, (args, env) => run('go', args, scratch, env));
    if (!built.ok) return { missing: `no ${what}: its build failed: ${built.why}` };
    await mkdir(folder, { recursive: true });
    // Only a finished program ever has the name that the next run looks for.
    for (const program of programs) await rename(join(scratch, program), join(folder, program));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  log(`built ${folder} in ${Math.round((Date.now() - started) / 1000)} s`);
  return { folder };
}

/** @param {readonly string[]} paths */
async function areExecutable(paths) {
  return Promise.all(paths.map((path) => access(path, constants.X_OK))).then(
    () => true,
    () => false,
  );
}

/**
 * Runs a command quietly.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 * @param {object} [env] beside that of this process
 * @returns {Promise<Result>}
 */
async function run(command, args, cwd, env) {
  let said = '';
  // A signal, as the timer of the option `timeout` outlives a command that cannot be started.
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const child = spawn(command, args, {
    cwd,
    signal,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-600);
    });
  }
  try {
    const code = await exitCode(child);
    return { ok: code === 0, why: `${said.trim()} (${child.signalCode ?? `exit code ${code}`})` };
  } catch (error) {
    return { ok: false, why: /** @type {Error} */ (error).message };
  }
}
