/** The less usual ways in which the kernel opens connections: each is one connection with both endpoints. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Direction } from '../../../exporter/agent/capture/capture.ts';
import { createPipeline } from '../../../exporter/agent/pipeline.ts';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch } from '../../harness/captures.ts';
import { freePort } from '../../harness/free-port.ts';
import { createNetwork, type Host } from '../../harness/network.ts';
import type { Running } from '../../harness/process.ts';
import { setSysctl } from '../../harness/sysctl.ts';
import { waitFor } from '../../harness/wait-for.ts';
import {
  linesOf,
  runWorkload,
  type Server,
  startServer,
  startWorkload,
  words,
} from '../../harness/workload.ts';

const COUNT = 20;

/** Reads until an endpoint is reported as expected: its process, its address, open and opened connections. */
async function expectEndpoint(
  capture: Watch,
  direction: Direction,
  port: number,
  truth: { pid: number; address: string; open: number; opened: number },
) {
  const reported = () => {
    const seen = capture.seen({ transport: 'tcp', direction, port });
    return {
      pid: [...new Set(seen.map(({ pid }) => pid))],
      address: [...new Set(seen.map(({ localAddress }) => localAddress))],
      open: sum(seen, 'open'),
      opened: sum(seen, 'opened'),
    };
  };
  const expected = { ...truth, pid: [truth.pid], address: [truth.address] };
  await waitFor(
    async () => {
      await capture.read();
      return JSON.stringify(reported()) === JSON.stringify(expected) || undefined;
    },
    'the connections',
    15_000,
  ).catch(() => {});
  expect(reported(), direction).toEqual(expected);
}

describe.skipIf(CANNOT_CAPTURE)(
  `one connection with both endpoints is reported${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    let host: Host;

    beforeAll(() => {
      host = createNetwork().host('alone');
    });

    /** Expects both endpoints of the connections that a client holds, and again after it has ended. */
    async function expectHeld(
      capture: Watch,
      client: Running,
      server: Server,
      address: string,
      count: number,
    ) {
      const port = server.ports[0] as number;
      for (const open of [count, 0]) {
        if (open === 0) await client.stop('SIGKILL');
        const expected = { address, open, opened: count };
        await expectEndpoint(capture, 'outbound', port, { pid: client.pid, ...expected });
        await expectEndpoint(capture, 'inbound', port, { pid: server.running.pid, ...expected });
      }
    }

    it.each(['127.0.0.1', '::1'])(
      'if the request is sent with the SYN to %s (TCP Fast Open)',
      async (address) => {
        await setSysctl(host, 'net.ipv4.tcp_fastopen', '3');
        const args = ['request=100', 'answer=1000', 'fastopen=1', `${address}/0`];
        const server = await startServer(args, { on: host });
        const port = server.ports[0] as number;
        const capture = await beginWatch('ebpf', 'all');
        const client = startWorkload(
          'fastopen',
          [`target=${address}/${port}`, `count=${COUNT}`, 'request=100'],
          { on: host },
        );
        await client.exited;
        const [[, , fast] = []] = words(client.stdout(), 'made');
        expect(Number(fast), 'requests sent with the SYN').toBeGreaterThanOrEqual(COUNT - 1);
        expect((await server.counts()).get(port)?.accepted).toBe(COUNT);
        const expected = { address, open: 0, opened: COUNT };
        await expectEndpoint(capture, 'outbound', port, { pid: client.pid, ...expected });
        await expectEndpoint(capture, 'inbound', port, { pid: server.running.pid, ...expected });
        const bytes = (direction: Direction) => {
          const seen = capture.seen({ port, direction });
          return [sum(seen, 'transmittedBytes'), sum(seen, 'receivedBytes')];
        };
        expect(bytes('outbound')).toEqual([COUNT * 100, COUNT * 1000]);
        expect(bytes('inbound')).toEqual([COUNT * 1000, COUNT * 100]);
      },
    );

    it.for(['inline', 'worker', 'poller'])('if io_uring connects (%s)', async (how, { skip }) => {
      const server = await startServer(['127.0.0.1/0']);
      const capture = await beginWatch();
      const client = startWorkload('uring', [
        `target=127.0.0.1/${server.ports[0]}`,
        `count=${COUNT}`,
        `how=${how}`,
      ]);
      await Promise.race([linesOf(client, 'held', 1), linesOf(client, 'none', 1)]);
      const [[errno] = []] = words(client.stdout(), 'none');
      if (errno !== undefined) return skip(`this kernel does not support io_uring (errno ${errno})`);
      await expectHeld(capture, client, server, '127.0.0.1', COUNT);
    });

    describe.for(['older', 'newer'])('to a multipath TCP server %s than the capture', (age) => {
      /** The capture and a server, in this order or the other; undefined if the kernel does not support multipath TCP. */
      async function begin(...args: string[]) {
        const start = () => startServer(['multipath=1', ...args, '127.0.0.1/0']).catch(() => undefined);
        const older = age === 'older' ? await start() : undefined;
        const capture = await beginWatch();
        const server = older ?? (await start());
        return server && { capture, server, target: `target=127.0.0.1/${server.ports[0]}` };
      }

      it.for(['multipath=0', 'multipath=1'])('if the client connects with %s', async (protocol, { skip }) => {
        const begun = await begin();
        if (!begun) return skip('this kernel does not support multipath TCP');
        const { capture, server, target } = begun;
        const client = startWorkload('hold', [target, `count=${COUNT}`, protocol]);
        await linesOf(client, 'held', 1);
        await expectHeld(capture, client, server, '127.0.0.1', COUNT);
      });

      it('if it is closed before the first socket scan', async ({ skip }) => {
        const begun = await begin('request=1', 'answer=1');
        if (!begun) return skip('this kernel does not support multipath TCP');
        const { capture, server, target } = begun;
        const [[pid] = []] = words(await runWorkload('client', [target, `count=${COUNT}`]), 'made');
        const expected = { address: '127.0.0.1', open: 0, opened: COUNT };
        const port = server.ports[0] as number;
        await expectEndpoint(capture, 'outbound', port, { pid: Number(pid), ...expected });
        await expectEndpoint(capture, 'inbound', port, { pid: server.running.pid, ...expected });
      });
    });

    it.each([
      ['an IPv6 socket connects to an IPv4 server', '127.0.0.1/0'],
      ['an IPv6 socket connects to an IPv6 server over IPv4', '::/0'],
    ])('with its IPv4 addresses if %s', async (_title, listen) => {
      const server = await startServer([listen]);
      const capture = await beginWatch();
      const client = startWorkload('hold', [`target=::ffff:127.0.0.1/${server.ports[0]}`, `count=${COUNT}`]);
      await linesOf(client, 'held', 1);
      await expectHeld(capture, client, server, '127.0.0.1', COUNT);
    });

    it('if the client binds its source port', async () => {
      const server = await startServer(['127.0.0.1/0']);
      const capture = await beginWatch();
      const from = `127.0.0.1/${await freePort()}`;
      const client = startWorkload('hold', [`target=127.0.0.1/${server.ports[0]}`, `from=${from}`]);
      await linesOf(client, 'held', 1);
      await expectHeld(capture, client, server, '127.0.0.1', 1);
    });

    it('each time that the same socket connects', async () => {
      const server = await startServer(['127.0.0.1/0']);
      const port = server.ports[0] as number;
      const capture = await beginWatch();
      const client = startWorkload('hold', [`target=127.0.0.1/${port}`, `count=${COUNT}`, 'again=4']);
      await linesOf(client, 'held', 1);
      const expected = { address: '127.0.0.1', open: COUNT, opened: 5 * COUNT };
      await expectEndpoint(capture, 'outbound', port, { pid: client.pid, ...expected });
      await expectEndpoint(capture, 'inbound', port, { pid: server.running.pid, ...expected });
    });

    it('as outbound only if a socket is connected to itself without a listener', async () => {
      const capture = await beginWatch();
      const port = await freePort();
      const client = startWorkload('hold', [`target=127.0.0.1/${port}`, `from=127.0.0.1/${port}`]);
      await linesOf(client, 'held', 1);
      const expected = { pid: client.pid, address: '127.0.0.1', open: 1, opened: 1 };
      await expectEndpoint(capture, 'outbound', port, expected);
      expect(capture.seen({ port, direction: 'inbound' })).toEqual([]);
    });

    it('if the server answers with SYN cookies', async () => {
      await setSysctl(host, 'net.ipv4.tcp_syncookies', '2');
      const server = await startServer(['127.0.0.1/0'], { on: host });
      const capture = await beginWatch('ebpf', 'all');
      const args = [`target=127.0.0.1/${server.ports[0]}`, `count=${COUNT}`];
      const client = startWorkload('hold', args, { on: host });
      await linesOf(client, 'held', 1);
      // Not until they are closed: a server with SYN cookies may take a late segment for another connection.
      const port = server.ports[0] as number;
      const expected = { address: '127.0.0.1', open: COUNT, opened: COUNT };
      await expectEndpoint(capture, 'outbound', port, { pid: client.pid, ...expected });
      await expectEndpoint(capture, 'inbound', port, { pid: server.running.pid, ...expected });
    });

    it('in its network namespace, and in no other', async () => {
      // Two servers with the same address and port, one in each namespace.
      const here = await startServer(['127.0.0.1/0']);
      const port = here.ports[0] as number;
      const there = await startServer([`127.0.0.1/${port}`], { on: host });
      const capture = await beginWatch('ebpf', 'all');
      const local = await beginWatch();
      const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
      const pipeline = createPipeline({ capture, ...options });
      await pipeline.runCycle();
      const target = [`target=127.0.0.1/${port}`, `count=${COUNT}`];
      const clientThere = startWorkload('hold', target, { on: host });
      const clientHere = startWorkload('hold', target);
      await Promise.all([linesOf(clientThere, 'held', 1), linesOf(clientHere, 'held', 1)]);
      const reported = () =>
        pipeline
          .edges()
          .filter(({ attributes, open }) => attributes['dst.port'] === port && open > 0)
          .map(({ attributes, open }) => ({
            direction: attributes.direction,
            src: attributes['src.pid'],
            dst: attributes['dst.pid'],
            open,
          }));
      // The server may not yet have accepted what a client holds.
      await waitFor(
        async () => {
          await pipeline.runCycle();
          return reported().reduce((all, { open }) => all + open, 0) === 4 * COUNT || undefined;
        },
        () => `both endpoints of all connections: ${JSON.stringify(reported())}`,
      );
      expect(reported()).toHaveLength(4);
      for (const [client, server] of [
        [clientHere, here.running],
        [clientThere, there.running],
      ] as const) {
        // The client's half-edge names both: its remote address is on this host.
        expect(reported()).toContainEqual({
          direction: 'outbound',
          src: client.pid,
          dst: server.pid,
          open: COUNT,
        });
        expect(reported()).toContainEqual(
          expect.objectContaining({ direction: 'inbound', dst: server.pid, open: COUNT }),
        );
      }
      await local.read();
      expect(new Set(local.seen({ port }).map(({ pid }) => pid))).toEqual(
        new Set([here.running.pid, clientHere.pid]),
      );
    });
  },
);
