/** A capture that fails while the agent runs: here by a limit on its file descriptors. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CANNOT_LOAD } from '../harness/captures.ts';
import { startAgent } from '../harness/exporter.ts';
import { startPair } from '../harness/pair.ts';
import { MUSUBI, NODE } from '../harness/places.ts';
import type { Running } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Leaves a running process only the file descriptors that it has open all the time. */
async function exhaustDescriptors({ pid }: Running): Promise<void> {
  // It opens some for a moment, as for a collection cycle: those do not count.
  const samples: number[] = [];
  for (let i = 0; i < 50; i++) {
    const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    samples.push([...taken, taken.size].findIndex((_, number) => !taken.has(number)));
    await sleep(20);
  }
  limitDescriptors(pid, Math.min(...samples));
}

function limitDescriptors(pid: number, limit: number): void {
  execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${limit}:`]);
}

async function startWatching(...flags: string[]) {
  const common = ['--netns', 'self', '--interval', '100ms', '--web.listen-address', '127.0.0.1:0'];
  const { running: agent, capture, metrics } = await startAgent([NODE, MUSUBI, 'agent', ...common, ...flags]);
  expect(capture).toBe('ebpf');
  const logged = (pattern: RegExp) =>
    waitFor(
      () => pattern.exec(agent.stderr()) ?? undefined,
      () => `${pattern}: ${agent.stderr()}`,
    );
  return { agent, logged, metrics };
}

it.skipIf(CANNOT_LOAD)('an in-kernel capture that cannot be restarted is replaced by the next', async () => {
  const { agent, logged, metrics } = await startWatching();
  await exhaustDescriptors(agent);
  await logged(/msg="capture failed" capture=ebpf reason="?.*EMFILE/);
  await logged(/capture replaced.*capture=sockdiag/);
  const info = await waitFor(async () => {
    const captures = parseSeries(await metrics(), 'musubi_capture_info').map(({ labels }) => labels.capture);
    return captures.includes('sockdiag') ? captures : undefined;
  }, 'the capture in use');
  expect(info).toEqual(['sockdiag']);

  const { port } = await startPair(3);
  await waitFor(async () => {
    const opened = parseSeries(await metrics(), 'service_dependency_connection_opened_total');
    return opened.find(({ labels, value }) => labels.dst_port === port && value === 3);
  }, 'the connections opened since');
  expect(await agent.stop()).toBe(0);
});

it.skipIf(CANNOT_LOAD)('a requested capture is restarted as soon as that is possible', async () => {
  const { agent, logged } = await startWatching('--capture', 'ebpf');
  await exhaustDescriptors(agent);
  await logged(/msg="capture not restarted, retrying" reason="--capture is ebpf"/);
  limitDescriptors(agent.pid, 1024);
  await logged(/capture restarted.*capture=ebpf/);
  expect(await agent.stop()).toBe(0);
});
