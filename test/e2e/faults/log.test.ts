/** A log that cannot be written. */
import { expect, it } from 'vitest';
import { freePort } from '../../harness/free-port.ts';
import { MUSUBI, NODE } from '../../harness/places.ts';
import { type Running, start } from '../../harness/process.ts';
import { parseSeries } from '../../harness/text-page.ts';
import { waitFor } from '../../harness/wait-for.ts';

const COMMON = [
  '--netns',
  'self',
  '--nat',
  'off',
  '--dns',
  'off',
  '--capture',
  'procfs',
  '--interval',
  '50ms',
];

/** Starts an agent, and resolves once it serves its metrics. */
async function startLogging(before: readonly string[]) {
  const port = await freePort();
  const command = [NODE, MUSUBI, 'agent', ...COMMON, '--web.listen-address', `127.0.0.1:${port}`];
  const [program = NODE, ...args] = [...before, ...command];
  const agent = start([program, ...args]);
  const value = async (metric: string) => {
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return parseSeries(page, metric)[0]?.value ?? 0;
  };
  await waitFor(async () => (await value('musubi_collection_cycles_total')) || undefined, 'the first cycle');
  return { agent, value };
}

async function expectToGoOn(agent: Running, value: (metric: string) => Promise<number>): Promise<void> {
  await waitFor(async () => (await value('musubi_log_lines_lost_total')) || undefined, 'lost lines');
  const cycles = await value('musubi_collection_cycles_total');
  await waitFor(
    async () => (await value('musubi_collection_cycles_total')) > cycles + 2 || undefined,
    'more cycles',
  );
  expect(await agent.stop()).toBe(0);
}

it('on a full disk does not end the agent, and the lost lines are counted', async () => {
  const { agent, value } = await startLogging(['sh', '-c', 'exec "$@" 2>/dev/full', 'sh']);
  await expectToGoOn(agent, value);
});

it('in a pipe without a reader does not end the agent, and the lost lines are counted', async () => {
  const { agent, value } = await startLogging([]);
  agent.child.stderr?.destroy();
  // Which it logs.
  agent.child.kill('SIGHUP');
  await expectToGoOn(agent, value);
});
