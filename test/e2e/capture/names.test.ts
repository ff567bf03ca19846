/** Which process a connection is attributed to when processes change: none has the name of another. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findCgroupRoot } from '../../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { createPipeline } from '../../../exporter/agent/pipeline.ts';
import { beginWatch, CANNOT_CAPTURE, sum } from '../../harness/captures.ts';
import { start } from '../../harness/process.ts';
import { waitFor } from '../../harness/wait-for.ts';
import {
  buildWorkload,
  linesOf,
  runWorkload,
  startServer,
  startWorkload,
  words,
} from '../../harness/workload.ts';

async function beginPipeline() {
  const capture = await beginWatch();
  const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
  const pipeline = createPipeline({ capture, ...options });
  await pipeline.runCycle();
  const sources = (port: number | undefined) =>
    pipeline
      .edges()
      .filter(({ attributes }) => attributes['dst.port'] === port && attributes.direction === 'outbound')
      .map(({ attributes, opened }) => [attributes['src.service'], attributes['src.pid'], opened]);
  return { capture, pipeline, sources };
}

/** A pid that is free, and stays free as long as the kernel assigns pids in sequence. */
async function freePid(): Promise<number> {
  const [[pid] = []] = words(await runWorkload('client', ['target=127.0.0.1/1', 'count=0']), 'made');
  return Number(pid);
}

describe.skipIf(CANNOT_CAPTURE)(
  `the name of a process${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    it('is not passed on with its pid', async () => {
      const server = await startServer([
        'request=1',
        'answer=1',
        '127.0.0.1/0',
        '127.0.0.1/0',
        '127.0.0.1/0',
      ]);
      const { pipeline, sources } = await beginPipeline();
      const pid = await freePid();
      const as = (program: string, port: number | undefined, ...args: string[]) =>
        runWorkload('as-pid', [`pid=${pid}`, buildWorkload(program), `target=127.0.0.1/${port}`, ...args]);
      const [first, second, third] = server.ports;

      await as('client', first, 'count=3');
      await pipeline.runCycle();
      await as('hold', second, 'count=2');
      await pipeline.runCycle();
      await pipeline.runCycle();
      await as('fastopen', third, 'count=4');
      await pipeline.runCycle();
      expect({ first: sources(first), second: sources(second), third: sources(third) }).toEqual({
        first: [['client', pid, 3]],
        second: [['hold', pid, 2]],
        third: [['fastopen', pid, 4]],
      });
    });

    it('is its systemd unit even if it lives for a millisecond', async () => {
      const server = await startServer(['request=1', 'answer=1', '127.0.0.1/0']);
      const { pipeline, sources } = await beginPipeline();
      const unit = `musubi-brief-${process.pid}`;
      const cgroup = join(findCgroupRoot('/proc'), 'system.slice', `${unit}.service`);
      mkdirSync(cgroup, { recursive: true });
      const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
      const target = `target=127.0.0.1/${server.ports[0]}`;
      const client = start(['sh', '-c', enter, cgroup, buildWorkload('client'), target, 'count=1']);
      expect(await client.exited, client.stderr()).toBe(0);
      // As systemd and container engines do: the cgroup no longer exists when it is looked up.
      rmdirSync(cgroup);
      await pipeline.runCycle();
      expect(sources(server.ports[0])).toEqual([[unit, client.pid, 1]]);
    });

    it.each([
      [{ OTEL_SERVICE_NAME: 'nightly-report' }, 'nightly-report'],
      [{ OTEL_RESOURCE_ATTRIBUTES: 'zone=z,service.name=billing' }, 'billing'],
      [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=billing', OTEL_SERVICE_NAME: 'report' }, 'report'],
      [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=billing', OTEL_SERVICE_NAME: '' }, 'billing'],
      [{ A: 'x'.repeat(63), B: `${'x'.repeat(61)}OTEL_SERVICE_NAME=b`, C: 'x'.repeat(3000) }, undefined],
      [{ OTEL_SERVICE_NAME: 'x'.repeat(300) }, undefined],
    ])('is that in its environment %o, however long it lives', async (variables, name) => {
      const server = await startServer(['request=1', 'answer=1', '127.0.0.1/0', '127.0.0.1/0']);
      const { pipeline, sources } = await beginPipeline();
      const [brief, long] = server.ports;
      const env = { ...variables, PATH: process.env.PATH, Z: 'x'.repeat(100) };
      const run = (program: string, port = 0) =>
        start([buildWorkload(program), `target=127.0.0.1/${port}`, 'count=1'], { env });
      const client = run('client', brief);
      expect(await client.exited, client.stderr()).toBe(0);
      await linesOf(run('hold', long), 'held', 1);
      await pipeline.runCycle();
      const names = [brief, long].map((port) => sources(port)[0]?.[0]);
      // A name that is too long is shortened while the process runs, and unknown afterwards.
      const isLong = Object.values(variables).some((value) => value.length > 256);
      expect(names).toEqual([name ?? 'client', name ?? (isLong ? expect.any(String) : 'hold')]);
    });

    it('is that of the program that it has executed last', async () => {
      const server = await startServer(['127.0.0.1/0']);
      const echo = await startServer(['request=1', 'answer=1', '127.0.0.1/0']);
      const { pipeline, sources } = await beginPipeline();
      const output = await runWorkload('become', [
        `target=127.0.0.1/${server.ports[0]}`,
        buildWorkload('client'),
        `target=127.0.0.1/${echo.ports[0]}`,
        'count=3',
      ]);
      await pipeline.runCycle();
      expect(sources(echo.ports[0])).toEqual([['client', Number(words(output, 'made')[0]?.[0]), 3]]);
    });

    it('is that of the child if a daemon forks and its parent exits', async () => {
      const { capture, pipeline } = await beginPipeline();
      const daemon = startWorkload('daemon', ['at=127.0.0.1/0']);
      const listening = await waitFor(
        () => words(daemon.stdout(), 'listening')[0]?.map(Number),
        'the daemon',
      );
      const [port = 0, pid = 0, parent] = listening;
      onTestFinished(() => void process.kill(pid));
      await pipeline.runCycle();
      const client = startWorkload('hold', [`target=127.0.0.1/${port}`, 'count=3']);
      await linesOf(client, 'held', 1);
      // The server may not yet have accepted what a client holds.
      const inbound = await waitFor(async () => {
        await pipeline.runCycle();
        const seen = capture.seen({ port, direction: 'inbound' });
        return sum(seen, 'opened') >= 3 ? seen : undefined;
      }, 'three connections at the server');
      expect(new Set(inbound.map((seen) => seen.pid))).toEqual(new Set([pid]));
      expect(sum(inbound, 'opened')).toBe(3);
      expect(capture.last().listeners.filter((listener) => listener.port === port)).toMatchObject([{ pid }]);
      expect(pid).not.toBe(parent);
    });
  },
);
