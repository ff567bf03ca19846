/** Connections that are open, opened and closed while the capture starts are each counted once, in the right direction. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPipeline } from '../../../exporter/agent/pipeline.ts';
import { CANNOT_CAPTURE, openCapture, sum, sumBy, watch } from '../../harness/captures.ts';
import { createNetwork } from '../../harness/network.ts';
import type { Running } from '../../harness/process.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { linesOf, request, startServer, startWorkload, words } from '../../harness/workload.ts';

const STARTS = 50;

describe.skipIf(CANNOT_CAPTURE)(
  `a capture that starts on a busy host${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    it(`reports which connections are open and which have opened since, ${STARTS} times`, async () => {
      const server = await startServer(['127.0.0.1/0', '::1/0']);
      const [port, port6] = server.ports;
      const clients = [`127.0.0.1/${port}`, `::1/${port6}`].map((target) =>
        startWorkload('churn', [`target=${target}`]),
      );
      await Promise.all(clients.map((client) => linesOf(client, 'ready', 1)));
      /** How many connections the clients have made, and how many of them are open. */
      async function mark(line: 'go' | 'mark' | 'stop') {
        const marks = await Promise.all(clients.map((client) => request(client, line, 'mark')));
        const total = (at: number) => marks.reduce((all, words) => all + Number(words[at]), 0);
        return { made: total(0), open: total(1) };
      }

      for (let start = 0; start < STARTS; start++) {
        const before = await mark('go');
        const capture = watch(await openCapture('ebpf'));
        const after = await mark('mark');
        await capture.read();
        const last = await mark('stop');
        const inDirection = (direction: string) =>
          capture
            .seen()
            .filter(
              (seen) =>
                server.ports.includes(seen.port) && seen.direction === direction && seen.transport === 'tcp',
            );
        const reported = () =>
          Object.fromEntries(
            ['outbound', 'inbound'].map((direction) => [
              direction,
              { open: sum(inDirection(direction), 'open'), opened: sum(inDirection(direction), 'opened') },
            ]),
          );
        // The server may not yet have closed what the clients closed last.
        await waitFor(
          async () => {
            await capture.read();
            return Object.values(reported()).every(({ open }) => open === last.open) || undefined;
          },
          () => `${last.open} open connections instead of ${JSON.stringify(reported())} (start ${start})`,
          15_000,
        );
        capture.close();
        for (const [direction, { opened }] of Object.entries(reported())) {
          const where = `${direction} (start ${start})`;
          expect(opened, where).toBeGreaterThanOrEqual(last.made - after.made);
          expect(opened, where).toBeLessThanOrEqual(last.made - before.made);
        }
      }
    });

    it('reports the server of a connection with data in flight, without a backlog', async () => {
      const network = createNetwork();
      const [near, far] = [network.host('near'), network.host('far')];
      const server = startWorkload('no-backlog', [`at=${near.address}/0`], { on: near });
      const [[port] = []] = await linesOf(server, 'listening', 1);
      const client = startWorkload('hold', [`target=${near.address}/${port}`], { on: far });
      await linesOf(client, 'held', 1);
      await linesOf(server, 'accepted', 1);
      // What the server sends from now on is never acknowledged.
      execFileSync('ip', ['-n', far.namespace.replace('/run/netns/', ''), 'link', 'set', 'eth0', 'down']);
      await request(server, 'send', 'transmitted');
      const capture = watch(await openCapture('ebpf', 'all'));
      onTestFinished(() => capture.close());
      for (let reading = 0; reading < 3; reading++) await capture.read();
      const directions = (pid: number) =>
        capture.seen({ transport: 'tcp', pid }).map(({ direction, port, open }) => [direction, port, open]);
      expect(directions(server.pid)).toEqual([['inbound', Number(port), 1]]);
      expect(directions(client.pid)).toEqual([['outbound', Number(port), 1]]);
    });

    const CLIENTS = 5;

    /** How a server can listen, and the address at which its clients reach it. */
    const STYLES: readonly [string, 'server' | 'workers', string[], string][] = [
      ['one address', 'server', ['127.0.0.1/0'], '127.0.0.1'],
      ['any IPv4 address', 'server', ['0.0.0.0/0'], '127.0.0.1'],
      ['any address, reached over IPv4', 'server', ['::/0'], '127.0.0.1'],
      [
        'one address by processes that share it',
        'workers',
        ['style=reuseport', 'at=127.0.0.1/0'],
        '127.0.0.1',
      ],
      ['one address by a process whose children accept', 'workers', ['style=prefork', 'at=::1/0'], '::1'],
    ];

    /** Resolves once the program `server` has accepted all clients: closing its listening socket resets those that wait. */
    const acceptedAll = (server: Running) =>
      waitFor(async () => {
        await request(server, 'report', 'reported');
        const [, count] = words(server.stdout(), 'accepted').at(-1) ?? [];
        return Number(count) === CLIENTS || undefined;
      }, 'the server to accept all');

    /** Starts a server and connects its clients; its listening sockets are closed afterwards if `isClosed`. */
    async function startStyle(program: string, args: readonly string[], address: string, isClosed: boolean) {
      const server = startWorkload(program, args);
      const printed = (verb: string, count: number) =>
        program === 'workers' ? linesOf(server, verb, count) : undefined;
      const [ports = []] = await linesOf(server, 'listening', 1);
      await printed('worker', 3);
      const port = Number(ports[0]);
      const client = startWorkload('hold', [`target=${address}/${port}`, `count=${CLIENTS}`]);
      await linesOf(client, 'held', 1);
      if (program === 'workers') await printed('accepted', CLIENTS);
      else await acceptedAll(server);
      if (isClosed) {
        await request(server, 'stop', 'stopped');
        await printed('stopped', 4);
      }
      const pids = (verb: string) => words(server.stdout(), verb).map(([pid]) => Number(pid));
      return { server, client, port, workers: pids('worker'), accepted: pids('accepted') };
    }

    describe.each(STYLES)(
      'reports both endpoints of connections to a server on %s',
      (_title, program, args, address) => {
        it.each(['still listens', 'has stopped listening'])('that %s', async (state) => {
          const isClosed = state === 'has stopped listening';
          const { server, client, port, workers, accepted } = await startStyle(
            program,
            args,
            address,
            isClosed,
          );
          const capture = watch(await openCapture('ebpf'));
          onTestFinished(() => capture.close());
          const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
          const pipeline = createPipeline({ capture, ...options });
          await pipeline.runCycle();

          const family = new Set([server.pid, client.pid, ...workers]);
          const ours = capture.seen().filter(({ pid }) => pid !== undefined && family.has(pid));
          expect(new Set(ours.map((seen) => seen.port)), 'no endpoint is taken for the other').toEqual(
            new Set([port]),
          );
          const inbound = capture.seen({ port, direction: 'inbound' });
          const outbound = capture.seen({ port, direction: 'outbound' });
          for (const endpoint of [inbound, outbound]) {
            expect({ open: sum(endpoint, 'open'), opened: sum(endpoint, 'opened') }).toEqual({
              open: CLIENTS,
              opened: 0,
            });
            for (const seen of endpoint)
              expect(seen).toMatchObject({ localAddress: address, remoteAddress: address });
          }
          expect(new Set(outbound.map(({ pid }) => pid))).toEqual(new Set([client.pid]));
          for (const { pid } of inbound) expect([server.pid, ...workers]).toContain(pid);
          if (args[0] === 'style=reuseport') {
            const truth = new Map<number, number>();
            for (const pid of accepted) truth.set(pid, (truth.get(pid) ?? 0) + 1);
            expect(sumBy(inbound, ({ pid }) => pid, 'open')).toEqual(truth);
          }

          const edges = pipeline.edges().map(({ attributes }) => attributes);
          const atPort = edges.filter((attributes) => attributes['dst.port'] === port);
          expect(atPort.filter(({ direction }) => direction === 'inbound')).toMatchObject([
            { 'dst.service': program, 'dst.pid': server.pid },
          ]);
          expect(atPort.filter(({ direction }) => direction === 'outbound')).toMatchObject([
            { 'src.service': 'hold', 'src.pid': client.pid },
          ]);
        });
      },
    );
  },
);
