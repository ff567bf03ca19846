/** The settings of Node.js and the C library that keep the agent small must be given when its process starts. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startAgent } from '../harness/exporter.ts';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE } from '../harness/places.ts';

const list = (pid: number, name: 'cmdline' | 'environ') =>
  readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').slice(0, -1);

async function startWith(...options: string[]) {
  const agent = ['agent', '--capture', 'procfs', '--web.listen-address', `127.0.0.1:${await freePort()}`];
  const { running } = await startAgent([NODE, ...options, MUSUBI, ...agent]);
  const [, ...args] = list(running.pid, 'cmdline');
  expect(args.slice(-agent.length - 1)).toEqual([MUSUBI, ...agent]);
  return {
    options: args.slice(0, -agent.length - 1),
    arenas: list(running.pid, 'environ').filter((variable) => variable.startsWith('MALLOC_ARENA_MAX=')),
    running,
  };
}

it('restarts in the same process with a small new space and one malloc arena for all threads', async () => {
  const { options, arenas, running } = await startWith('--no-warnings');
  expect(options).toEqual(['--no-warnings', '--max-semi-space-size=1', '--disable-sigusr1']);
  expect(arenas).toEqual(['MALLOC_ARENA_MAX=1']);
  expect(running.stderr()).not.toContain('Warning');
  expect(await running.stop()).toBe(0);
});

it('keeps a setting of Node.js that was given at its start', async () => {
  const { options, arenas } = await startWith('--max-semi-space-size=4');
  expect(options).toEqual(['--max-semi-space-size=4']);
  expect(arenas).toEqual([]);
});
