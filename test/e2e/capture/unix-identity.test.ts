/** Which Unix socket a connection leads to: as the kernel found it, however its name was written. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CaptureName, Observation } from '../../../exporter/agent/capture/capture.ts';
import { findCgroupRoot } from '../../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { captureOf } from '../../../exporter/agent/capture/ebpf/create-ebpf-capture.ts';
import { kernelProgramPath, loadKernelProgram } from '../../../exporter/agent/capture/ebpf/kernel-program.ts';
import { loadLibbpf } from '../../../exporter/agent/native/libbpf.ts';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch, watch } from '../../harness/captures.ts';
import { createNetwork, type Host } from '../../harness/network.ts';
import { type Running, start } from '../../harness/process.ts';
import { buildWorkload, linesOf, startWorkload } from '../../harness/workload.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-unix-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

async function serve(args: readonly string[], options: { on?: Host } = {}): Promise<Running> {
  const server = startWorkload('unix-server', args, options);
  await linesOf(server, 'listening', 1);
  return server;
}

/** A server in a mount namespace of its own, with its own `run` folder; and clients in the same one. */
async function createContainer(run: string, name = 'db.sock') {
  const path = join(run, name);
  const shell = 'mount -t tmpfs none "$0" && exec "$@"';
  const server = start([
    ...(['unshare', '--mount', 'sh', '-c', shell, run] as const),
    ...[buildWorkload('unix-server'), `at=${path}`],
  ]);
  await linesOf(server, 'listening', 1);
  return {
    server,
    async connect(target: string, count: number, ...args: string[]): Promise<number> {
      const client = start([
        ...(['nsenter', `--mount=/proc/${server.pid}/ns/mnt`, buildWorkload('unix-client')] as const),
        ...[`target=${target}`, `count=${count}`, ...args],
      ]);
      await client.exited;
      return client.pid;
    },
  };
}

/** Runs a client until it ends, and returns its pid. */
async function connect(args: readonly string[], options: { on?: Host } = {}): Promise<number> {
  const client = startWorkload('unix-client', args, options);
  expect(await client.exited, client.stderr()).toBe(0);
  return client.pid;
}

/** The number of connections that were opened, by client and server process. */
function opened(seen: readonly Observation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { pid, remotePid, opened } of seen)
    if (opened > 0) counts[`${pid} ${remotePid}`] = (counts[`${pid} ${remotePid}`] ?? 0) + opened;
  return counts;
}

const unixOf = (capture: Watch, ...clients: number[]) =>
  capture.seen({ transport: 'unix' }).filter(({ pid }) => clients.includes(pid ?? 0));

/** Reads twice: the second reading must not change the counts. */
async function expectOpened(
  capture: Watch,
  expected: readonly [client: number, server: number, count: number][],
) {
  const clients = expected.map(([client]) => client);
  const counts = Object.fromEntries(
    expected.map(([client, server, count]) => [`${client} ${server}`, count]),
  );
  for (let reading = 0; reading < 2; reading++) {
    await capture.read();
    expect(opened(unixOf(capture, ...clients))).toEqual(counts);
  }
}

describe.skipIf(CANNOT_CAPTURE)(`a Unix socket${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it('is the one of the client’s mount namespace, of three with the same path', async () => {
    const containers = await Promise.all([1, 2, 3].map(() => createContainer(folder)));
    const capture = await beginWatch();
    const path = join(folder, 'db.sock');
    const expected: [number, number, number][] = [];
    for (const [index, { server, connect }] of containers.entries())
      expected.push([await connect(path, 100 + index), server.pid, 100 + index]);
    await expectOpened(capture, expected);
    const pids = containers.map(({ server }) => server.pid);
    const listeners = capture.last().listeners.filter(({ address }) => address === path);
    expect(listeners.map(({ pid }) => pid).sort()).toEqual(pids.sort());
  });

  it.each<[string, (run: string) => { server: string[]; client: string[] }]>([
    [
      'a symbolic link to its folder',
      (run) => {
        symlinkSync(run, `${folder}/link`);
        return { server: [`at=${run}/db.sock`], client: [`target=${folder}/link/db.sock`] };
      },
    ],
    [
      'a symbolic link to it',
      (run) => {
        symlinkSync('db.sock', `${run}/link.sock`);
        return { server: [`at=${run}/db.sock`], client: [`target=${run}/link.sock`] };
      },
    ],
    [
      'a relative path',
      (run) => ({ server: [`at=${run}/db.sock`], client: ['target=db.sock', `in=${run}`] }),
    ],
    [
      'a path with dots',
      (run) => ({ server: [`at=${run}/db.sock`], client: [`target=${run}/../run/./db.sock`] }),
    ],
    [
      'a relative path of its own',
      (run) => ({ server: ['at=db.sock', `in=${run}`], client: [`target=${run}/db.sock`] }),
    ],
    [
      'a path under another root',
      (run) => ({ server: [`at=${run}/db.sock`], client: ['target=/db.sock', `root=${run}`] }),
    ],
    [
      'a path under its own root',
      (run) => ({ server: ['at=/db.sock', `root=${run}`], client: [`target=${run}/db.sock`] }),
    ],
  ])('is found through %s', async (_title, argsOf) => {
    const run = join(folder, 'run');
    mkdirSync(run);
    const args = argsOf(run);
    const server = await serve(args.server);
    const capture = await beginWatch();
    const client = await connect([...args.client, 'count=50']);
    await expectOpened(capture, [[client, server.pid, 50]]);
  });

  it.each(['stream', 'seqpacket'])(
    'of type %s keeps its server while another one listens at its path',
    async (type) => {
      const at = `at=${folder}/db.sock`;
      const capture = await beginWatch();
      const expected: [number, number, number][] = [];
      for (const count of [20, 30, 40]) {
        const server = await serve([at, `once=${count}`, `type=${type}`]);
        const client = await connect([`target=${folder}/db.sock`, `count=${count}`, `type=${type}`]);
        await server.exited;
        expected.push([client, server.pid, count]);
      }
      await expectOpened(capture, expected);
    },
  );

  it('with an abstract name is the one of the client’s network namespace', async () => {
    const network = createNetwork();
    const name = `@musubi-${process.pid}-identity`;
    const hosts = [network.host('one'), network.host('two')];
    const servers = await Promise.all(hosts.map((on) => serve([`at=${name}`], { on })));
    const capture = await beginWatch('ebpf', 'all');
    const expected: [number, number, number][] = [];
    for (const [index, on] of hosts.entries())
      expected.push([
        await connect([`target=${name}`, `count=${30 + index}`], { on }),
        servers[index]?.pid ?? 0,
        30 + index,
      ]);
    await expectOpened(capture, expected);
  });

  it('does not count calls of connect(2) that fail', async () => {
    const server = await serve([`at=${folder}/db.sock`]);
    const capture = await beginWatch();
    const other = await connect([`target=${folder}/other.sock`, 'count=20']);
    await server.stop('SIGKILL');
    const late = await connect([`target=${folder}/db.sock`, 'count=20']);
    await expectOpened(capture, []);
    expect(opened(unixOf(capture, other, late))).toEqual({});
  });

  it.each<CaptureName>(['ebpf', 'sockdiag'])(
    'of the same path in two mount namespaces is separate in open connections: %s',
    async (name) => {
      const containers = await Promise.all([1, 2].map(() => createContainer(folder)));
      const capture = await beginWatch(name);
      const path = join(folder, 'db.sock');
      const clients = containers.map(({ server }) =>
        start([
          ...(['nsenter', `--mount=/proc/${server.pid}/ns/mnt`, buildWorkload('unix-client')] as const),
          ...[`target=${path}`, 'count=3', 'hold=1'],
        ]),
      );
      await Promise.all(clients.map((client) => linesOf(client, 'made', 1)));
      await capture.read();
      await capture.read();
      for (const [index, { pid }] of clients.entries()) {
        const seen = unixOf(capture, pid);
        expect(new Set(seen.map(({ remotePid }) => remotePid))).toEqual(
          new Set([containers[index]?.server.pid]),
        );
        expect({ open: sum(seen, 'open'), opened: sum(seen, 'opened') }).toEqual({ open: 3, opened: 3 });
      }
    },
  );

  describe('on a kernel before Linux 6.18, which shows only the name that the client used', () => {
    async function beginByName() {
      const program = loadKernelProgram(loadLibbpf(), kernelProgramPath(), findCgroupRoot('/proc'), {
        kernel: '6.12.0',
      });
      const capture = watch(captureOf(program, { procRoot: '/proc', netns: 'self' }));
      onTestFinished(() => capture.close());
      await capture.read();
      return capture;
    }

    it('is the one of the client’s mount namespace, of two with the same path', async () => {
      const containers = await Promise.all([1, 2].map(() => createContainer(folder)));
      const capture = await beginByName();
      const expected: [number, number, number][] = [];
      for (const [index, { server, connect }] of containers.entries())
        expected.push([await connect(join(folder, 'db.sock'), 100 + index), server.pid, 100 + index]);
      await expectOpened(capture, expected);
    });

    it('is never the one at the same path under another root', async () => {
      const run = join(folder, 'run');
      mkdirSync(run);
      await serve([`at=/db.sock`, `root=${run}`]);
      await serve([`at=/db.sock`, `root=${folder}`]);
      const other = join(folder, 'other');
      mkdirSync(other);
      const capture = await beginByName();
      const client = await connect(['target=/db.sock', `root=${other}`, 'count=20']);
      await expectOpened(capture, []);
      expect(opened(unixOf(capture, client))).toEqual({});
    });
  });
});
