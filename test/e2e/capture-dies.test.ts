/** A capture that lacks file descriptors while the agent runs. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CANNOT_LOAD } from '../harness/captures.ts';
import { startConnectionServer } from '../harness/connections.ts';
import { startAgent } from '../harness/exporter.ts';
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

it.skipIf(CANNOT_LOAD).each([[[]], [['--capture', 'ebpf']]])(
  'an in-kernel capture that lacks descriptors goes on as soon as there are some, and has missed nothing: %s',
  async (flags) => {
    const common = ['--netns', 'self', '--interval', '100ms', '--web.listen-address', '127.0.0.1:0'];
    const {
      running: agent,
      capture,
      metrics,
    } = await startAgent([NODE, MUSUBI, 'agent', ...common, ...flags]);
    expect(capture).toBe('ebpf');
    const logged = (pattern: RegExp) =>
      waitFor(
        () => pattern.exec(agent.stderr()) ?? undefined,
        () => `${pattern}: ${agent.stderr()}`,
      );
    const server = await startConnectionServer();
    await exhaustDescriptors(agent);
    await logged(/msg="the capture lacks a resource, retrying" capture=ebpf reason="?.*EMFILE/);
    await server.connect(50);
    limitDescriptors(agent.pid, 1024);
    await logged(/msg="the capture reads again" capture=ebpf/);
    const opened = await waitFor(async () => {
      const series = parseSeries(await metrics(), 'service_dependency_connection_opened_total');
      const ours = series.filter(({ labels }) => labels.dst_port === `${server.port}`);
      return ours.length === 2 ? ours.map(({ value }) => value) : undefined;
    }, 'the connections opened meanwhile');
    expect(opened).toEqual([50, 50]);
    expect(parseSeries(await metrics(), 'musubi_capture_restarts_total')).toMatchObject([{ value: 0 }]);
    expect(await agent.stop()).toBe(0);
  },
);
