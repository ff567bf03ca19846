/** What keeps the agent small has to be told to Node.js and the C library when its process begins. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startAgent } from '../harness/exporter.ts';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE } from '../harness/places.ts';

const list = (pid: number, name: 'cmdline' | 'environ') =>
  readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').slice(0, -1);

async function startedAs(...options: string[]) {
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

it('begins anew with a small young generation and one heap for all threads, as the same process', async () => {
  const { options, arenas, running } = await startedAs('--no-warnings');
  expect(options).toEqual(['--no-warnings', '--max-semi-space-size=1']);
  expect(arenas).toEqual(['MALLOC_ARENA_MAX=1']);
  expect(running.stderr()).not.toContain('Warning');
  expect(await running.stop()).toBe(0);
});

it('leaves it as it is where whoever starts it has chosen', async () => {
  const { options, arenas } = await startedAs('--max-semi-space-size=4');
  expect(options).toEqual(['--max-semi-space-size=4']);
  expect(arenas).toEqual([]);
});
