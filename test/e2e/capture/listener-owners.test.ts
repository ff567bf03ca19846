/** Which process a listener belongs to, and so the connections that it accepts. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPipeline } from '../../../exporter/agent/pipeline.ts';
import { beginWatch, CANNOT_CAPTURE, type Watch } from '../../harness/captures.ts';
import { freePort } from '../../harness/free-port.ts';
import { start } from '../../harness/process.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { buildWorkload, linesOf, runWorkload, startWorkload, words } from '../../harness/workload.ts';

/** Connections that were opened to the port, by server process. */
function inbound(capture: Watch, port: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { pid, opened } of capture.seen({ transport: 'tcp', direction: 'inbound', port }))
    if (opened > 0) counts[`${pid}`] = (counts[`${pid}`] ?? 0) + opened;
  return counts;
}

const listening = (capture: Watch, port: number) =>
  capture
    .last()
    .listeners.filter((listener) => listener.port === port)
    .map(({ pid }) => pid);

/** Makes short connections to a port of loopback. */
const connect = (port: number, count: number) =>
  runWorkload('client', [`target=127.0.0.1/${port}`, `count=${count}`, 'request=1', 'answer=0']);

/** Reads until all connections to the port are counted. */
async function readAll(capture: Watch, port: number, count: number): Promise<void> {
  await waitFor(async () => {
    await capture.read();
    const total = Object.values(inbound(capture, port)).reduce((sum, opened) => sum + opened, 0);
    return total === count || undefined;
  }, `${count} connections`);
}

type Style = 'activate' | 'exec' | 'pass' | 'hand-over';

/** A manager that opens a listener for the program `activated`, and the pid of this program once it runs. */
async function manage(style: Style, at: string) {
  const manager = startWorkload('manager', [`style=${style}`, at, buildWorkload('activated')]);
  const [[port] = []] = await linesOf(manager, 'listening', 1);
  return {
    manager,
    port: Number(port),
    async service(): Promise<number> {
      if (style === 'exec') return manager.pid;
      const [[pid] = []] = await linesOf(manager, 'started', 1);
      onTestFinished(() => void process.kill(Number(pid)));
      return Number(pid);
    },
  };
}

describe.skipIf(CANNOT_CAPTURE)(`a listener${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it('is one of three on a port, each with the connections that it accepts (SO_REUSEPORT)', async () => {
    const capture = await beginWatch();
    const port = await freePort();
    const groups = [0, 1, 2].map(() =>
      startWorkload('workers', ['style=reuseport', `at=127.0.0.1/${port}`, 'workers=1']),
    );
    await Promise.all(groups.map((group) => linesOf(group, 'worker', 1)));
    const workers = groups.map((group) => Number(words(group.stdout(), 'worker')[0]?.[0]));
    const clients = Array.from({ length: 60 }, () => startWorkload('hold', [`target=127.0.0.1/${port}`]));
    await Promise.all(clients.map((client) => linesOf(client, 'held', 1)));
    const accepted = () =>
      Object.fromEntries(
        groups.flatMap((group, index) => {
          const count = words(group.stdout(), 'accepted').length;
          return count > 0 ? [[`${workers[index]}`, count]] : [];
        }),
      );
    await waitFor(
      async () => Object.values(accepted()).reduce((sum, count) => sum + count, 0) === 60 || undefined,
      'all accepted',
    );
    await readAll(capture, port, 60);
    expect(inbound(capture, port)).toEqual(accepted());
    expect(listening(capture, port).sort()).toEqual(workers.sort());
  });

  it('has a series for each service on a port, and a client’s half-edge names none of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'musubi-colours-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const capture = await beginWatch();
    const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
    const pipeline = createPipeline({ capture, ...options });
    await pipeline.runCycle();
    const port = await freePort();
    const services = ['blue', 'green'].map((name) => {
      const program = join(folder, name);
      copyFileSync(buildWorkload('workers'), program);
      return start([program, 'style=reuseport', `at=127.0.0.1/${port}`, 'workers=1']);
    });
    await Promise.all(services.map((service) => linesOf(service, 'worker', 1)));
    const client = startWorkload('hold', [`target=127.0.0.1/${port}`, 'count=60']);
    await linesOf(client, 'held', 1);
    const accepted = () => services.map((service) => words(service.stdout(), 'accepted').length);
    await waitFor(
      async () => accepted().reduce((sum, count) => sum + count) === 60 || undefined,
      'all accepted',
    );
    await pipeline.runCycle();
    await pipeline.runCycle();
    const servers = (direction: string) =>
      Object.fromEntries(
        pipeline
          .edges()
          .filter(({ attributes }) => attributes['dst.port'] === port && attributes.direction === direction)
          .map(({ attributes, opened }) => [attributes['dst.service'], opened]),
      );
    const [blue, green] = accepted();
    expect(servers('inbound')).toEqual({ blue, green });
    expect(servers('outbound')).toEqual({ undefined: 60 });
    const listen = [...pipeline.families()].find(
      ({ definition }) => definition.name === 'service.dependency.listen',
    );
    const named = listen?.points.filter(({ attributes }) => attributes['dst.port'] === port);
    expect(named?.map(({ attributes }) => attributes['dst.service']).sort()).toEqual(['blue', 'green']);
  });

  it.each<Style>(['activate', 'exec', 'pass', 'hand-over'])(
    'belongs to the service to which its manager gave it, from its first connection on: %s',
    async (style) => {
      const capture = await beginWatch();
      const { manager, port, service } = await manage(style, 'at=127.0.0.1/0');
      await capture.read();
      if (style !== 'hand-over') expect(listening(capture, port)).toEqual([manager.pid]);
      await connect(port, 30);
      const pid = await service();
      await readAll(capture, port, 30);
      expect(inbound(capture, port)).toEqual({ [pid]: 30 });
      expect(listening(capture, port)).toEqual([pid]);
      await connect(port, 10);
      await readAll(capture, port, 40);
      expect(inbound(capture, port)).toEqual({ [pid]: 40 });
    },
  );

  it.each<Style>(['activate', 'exec'])(
    'has the name of the service, not of its manager: %s',
    async (style) => {
      const capture = await beginWatch();
      const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
      const pipeline = createPipeline({ capture, ...options });
      const { port, service } = await manage(style, 'at=127.0.0.1/0');
      await pipeline.runCycle();
      await connect(port, 30);
      const pid = await service();
      await waitFor(async () => {
        await pipeline.runCycle();
        return inbound(capture, port)[pid] === 30 || undefined;
      }, 'the connections');
      const servers = pipeline
        .edges()
        .filter(({ attributes }) => attributes['dst.port'] === port && attributes.direction === 'inbound')
        .map(({ attributes, opened }) => [attributes['dst.service'], opened]);
      expect(servers).toEqual([['activated', 30]]);
    },
  );

  it('belongs to the service that was started before the capture, once that has a connection', async () => {
    const { port, service } = await manage('activate', 'at=127.0.0.1/0');
    await connect(port, 1);
    const pid = await service();
    const capture = await beginWatch();
    await connect(port, 20);
    await readAll(capture, port, 20);
    expect(inbound(capture, port)).toEqual({ [pid]: 20 });
    expect(listening(capture, port)).toEqual([pid]);
  });

  it('of a Unix socket belongs to the service to which its manager gave it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'musubi-unix-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const capture = await beginWatch();
    const path = join(folder, 'app.sock');
    const { service } = await manage('activate', `unix=${path}`);
    const client = startWorkload('unix-client', [`target=${path}`, 'count=3', 'hold=1']);
    await linesOf(client, 'made', 1);
    const pid = await service();
    await capture.read();
    await capture.read();
    const seen = capture.seen({ transport: 'unix', pid: client.pid });
    expect(new Set(seen.map(({ remotePid }) => remotePid))).toEqual(new Set([pid]));
    expect(capture.last().listeners.filter(({ address }) => address === path)).toMatchObject([{ pid }]);
  });

  it('does not belong to a helper that has inherited it by mistake', async () => {
    const capture = await beginWatch();
    const server = startWorkload('leaky', ['at=127.0.0.1/0', '/bin/sleep', '60']);
    const [[port, helper] = []] = await linesOf(server, 'listening', 1);
    onTestFinished(() => void process.kill(Number(helper)));
    await connect(Number(port), 20);
    await readAll(capture, Number(port), 20);
    await capture.read();
    expect(inbound(capture, Number(port))).toEqual({ [server.pid]: 20 });
    expect(listening(capture, Number(port))).toEqual([server.pid]);
  });
});
