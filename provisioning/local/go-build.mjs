import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from './stop.mjs';

const TIME_LIMIT_MS = 15 * 60_000;

/**
 * Programs built from Go modules once (some minutes) and kept in the user's cache.
 *
 * @typedef {object} GoBuild
 * @property {string} what display name
 * @property {string} name of its folder in the cache
 * @property {string} recipe everything the build depends on; part of the cache key
 * @property {readonly string[]} programs
 * @property {(folder: string, go: (args: string[], env?: object) => Promise<Result>) => Promise<Result>} build
 *   writes the programs into the folder
 *
 * @typedef {{ ok: boolean, why: string }} Result `why` is the end of the command's output, or why it could not be run
 */

/**
 * The folder with the programs. `missing` is the reason why there is none: Go is not installed, or the build failed, for
 * example without a network.
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
    return { missing: `no ${what}: \`go\` is not installed` };
  }

  log(`building ${what} from Go modules, once (some minutes)`);
  const started = Date.now();
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, `${name}-build-`));
  try {
    const built = await build(scratch, (args, env) => run('go', args, scratch, env));
    if (!built.ok) return { missing: `no ${what}: its build failed: ${built.why}` };
    await mkdir(folder, { recursive: true });
    // Programs get their final path only when complete.
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
 * @param {object} [env] added to the environment of this process
 * @returns {Promise<Result>}
 */
async function run(command, args, cwd, env) {
  let output = '';
  // Not the option `timeout`: its timer keeps running if the command cannot be started.
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const child = spawn(command, args, {
    cwd,
    signal,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-600);
    });
  }
  try {
    const code = await exitCode(child);
    return { ok: code === 0, why: `${output.trim()} (${child.signalCode ?? `exit code ${code}`})` };
  } catch (error) {
    return { ok: false, why: /** @type {Error} */ (error).message };
  }
}
