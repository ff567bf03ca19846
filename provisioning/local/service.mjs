import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './console.mjs';
import { which } from './debian.mjs';
import { stop } from './stop.mjs';

/**
 * A program that runs in the background, with its output in a log file.
 * @typedef {object} Service
 * @property {string} name
 * @property {Promise<SetupError>} ended resolves when it ends by itself, with the end of its log
 * @property {() => Promise<void>} stop
 */

const KILL_DELAY_MS = 10_000;

/** Makes the kernel terminate a program when this one ends, even by kill -9. Part of every Debian. */
const DIE_WITH_PARENT = which('setpriv') ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];

/**
 * @param {string} name
 * @param {readonly [string, ...string[]]} command
 * @param {string} log path of the log file, which is overwritten
 * @returns {Service}
 */
export function startService(name, command, log) {
  const [program = '', ...args] = [...DIE_WITH_PARENT, ...command];
  const output = openSync(log, 'w');
  // In its own process group: Ctrl-C must reach only this program, which then stops the others.
  const child = spawn(program, args, { stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  /** @type {Promise<string>} */
  const exit = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return {
    name,
    ended: exit.then((how) => new SetupError(`${name} ended (${how}). The end of ${log}:\n${tail(log)}`)),
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_DELAY_MS);
      await exit;
      clearTimeout(killer);
    },
  };
}

/** @param {string} path */
function tail(path) {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
}

/**
 * Resolves once the URL responds with success; throws if the service ends first or takes too long.
 * @param {string} url
 * @param {Service} service
 */
export async function untilReady(url, service) {
  const deadline = performance.now() + 60_000;
  /** @type {SetupError | undefined} */
  let ended;
  service.ended.then((error) => {
    ended = error;
  });
  while (performance.now() < deadline) {
    stop.throwIfAborted();
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    if (ended) throw ended;
    await sleep(100);
  }
  throw new SetupError(`${service.name} does not respond at ${url}`);
}

/**
 * Why a port on 127.0.0.1 is not available, or undefined if it is.
 * @param {number} port
 * @returns {Promise<string | undefined>}
 */
export function portProblem(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error.code === 'EACCES' ? 'requires root' : 'is in use'),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}
