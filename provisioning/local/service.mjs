import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { which } from './debian.mjs';
import { SetupError } from './say.mjs';
import { stop } from './stop.mjs';

/**
 * A program that runs beside this one, its output in a log file.
 * @typedef {object} Service
 * @property {string} name
 * @property {Promise<SetupError>} ended settles when it ends by itself, with the end of its log
 * @property {() => Promise<void>} stop
 */

const PATIENCE = 10_000;

/** Has the kernel end a program when this one is gone, even by kill -9. Part of every Debian. */
const WITH_US = which('setpriv') ? ['setpriv', '--pdeathsig', 'TERM', '--'] : [];

/**
 * @param {string} name
 * @param {readonly [string, ...string[]]} command
 * @param {string} log path of the log file, begun anew
 * @returns {Service}
 */
export function startService(name, command, log) {
  const [program = '', ...args] = [...WITH_US, ...command];
  const output = openSync(log, 'w');
  // A group of its own: Ctrl-C on the terminal must reach this program first, which then stops the others.
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
      const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
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
 * Resolves once the URL answers with success; throws when the service ends first or takes too long.
 * @param {string} url
 * @param {Service} service
 */
export async function untilAnswers(url, service) {
  const deadline = performance.now() + 60_000;
  /** @type {SetupError | undefined} */
  let ended;
  service.ended.then((error) => {
    ended = error;
  });
  while (performance.now() < deadline) {
    stop.throwIfAborted();
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (ended) throw ended;
    await sleep(100);
  }
  throw new SetupError(`${service.name} does not answer at ${url}`);
}

/**
 * Why a port of the loopback address cannot be listened on, or undefined if it can.
 * @param {number} port
 * @returns {Promise<string | undefined>}
 */
export function portTrouble(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error.code === 'EACCES' ? 'is for root only' : 'is taken'),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}
