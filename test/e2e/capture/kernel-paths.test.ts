/** The less trodden ways by which the kernel opens connections: each is one connection with both its ends. */
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

/** Reads on until an end is told as expected: its process, its address and how many are open and were opened. */
async function expectEnd(
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
  `a connection is one, with both its ends${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    let host: Host;

    beforeAll(() => {
      host = createNetwork().host('alone');
    });

    /** Both ends of connections that a client holds, and later ends. */
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
        const ends = { address, open, opened: count };
        await expectEnd(capture, 'outbound', port, { pid: client.pid, ...ends });
        await expectEnd(capture, 'inbound', port, { pid: server.running.pid, ...ends });
      }
    }

    it.each(['127.0.0.1', '::1'])('when the request travels with the question, to %s', async (address) => {
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
      expect(Number(fast), 'requests that travelled so').toBeGreaterThanOrEqual(COUNT - 1);
      expect((await server.counts()).get(port)?.accepted).toBe(COUNT);
      const ends = { address, open: 0, opened: COUNT };
      await expectEnd(capture, 'outbound', port, { pid: client.pid, ...ends });
      await expectEnd(capture, 'inbound', port, { pid: server.running.pid, ...ends });
      const bytes = (direction: Direction) => {
        const seen = capture.seen({ port, direction });
        return [sum(seen, 'transmittedBytes'), sum(seen, 'receivedBytes')];
      };
      expect(bytes('outbound')).toEqual([COUNT * 100, COUNT * 1000]);
      expect(bytes('inbound')).toEqual([COUNT * 1000, COUNT * 100]);
    });

    it.for(['inline', 'worker', 'poller'])('when io_uring connects (%s)', async (how, { skip }) => {
      const server = await startServer(['127.0.0.1/0']);
      const capture = await beginWatch();
      const client = startWorkload('uring', [
        `target=127.0.0.1/${server.ports[0]}`,
        `count=${COUNT}`,
        `how=${how}`,
      ]);
      await Promise.race([linesOf(client, 'held', 1), linesOf(client, 'none', 1)]);
      const [[errno] = []] = words(client.stdout(), 'none');
      if (errno !== undefined) return skip(`this kernel offers no io_uring (errno ${errno})`);
      await expectHeld(capture, client, server, '127.0.0.1', COUNT);
    });

    describe.for(['older', 'newer'])('to a server %s than the capture that offers multipath TCP', (age) => {
      /** The capture and a server, in this order or the other; undefined where the kernel has no multipath TCP. */
      async function begin(...args: string[]) {
        const start = () => startServer(['multipath=1', ...args, '127.0.0.1/0']).catch(() => undefined);
        const older = age === 'older' ? await start() : undefined;
        const capture = await beginWatch();
        const server = older ?? (await start());
        return server && { capture, server, target: `target=127.0.0.1/${server.ports[0]}` };
      }

      it.for(['multipath=0', 'multipath=1'])('when the client asks with %s', async (protocol, { skip }) => {
        const begun = await begin();
        if (!begun) return skip('this kernel offers no multipath TCP');
        const { capture, server, target } = begun;
        const client = startWorkload('hold', [target, `count=${COUNT}`, protocol]);
        await linesOf(client, 'held', 1);
        await expectHeld(capture, client, server, '127.0.0.1', COUNT);
      });

      it('when it is over before anyone looks', async ({ skip }) => {
        const begun = await begin('request=1', 'answer=1');
        if (!begun) return skip('this kernel offers no multipath TCP');
        const { capture, server, target } = begun;
        const [[pid] = []] = words(await runWorkload('client', [target, `count=${COUNT}`]), 'made');
        const ends = { address: '127.0.0.1', open: 0, opened: COUNT };
        const port = server.ports[0] as number;
        await expectEnd(capture, 'outbound', port, { pid: Number(pid), ...ends });
        await expectEnd(capture, 'inbound', port, { pid: server.running.pid, ...ends });
      });
    });

    it.each([
      ['an IPv6 socket calls an IPv4 server', '127.0.0.1/0'],
      ['an IPv6 socket calls an IPv6 server by IPv4', '::/0'],
    ])('by its IPv4 addresses when %s', async (_title, listen) => {
      const server = await startServer([listen]);
      const capture = await beginWatch();
      const client = startWorkload('hold', [`target=::ffff:127.0.0.1/${server.ports[0]}`, `count=${COUNT}`]);
      await linesOf(client, 'held', 1);
      await expectHeld(capture, client, server, '127.0.0.1', COUNT);
    });

    it('when the client chose its own port', async () => {
      const server = await startServer(['127.0.0.1/0']);
      const capture = await beginWatch();
      const from = `127.0.0.1/${await freePort()}`;
      const client = startWorkload('hold', [`target=127.0.0.1/${server.ports[0]}`, `from=${from}`]);
      await linesOf(client, 'held', 1);
      await expectHeld(capture, client, server, '127.0.0.1', 1);
    });

    it('each time that one socket is connected', async () => {
      const server = await startServer(['127.0.0.1/0']);
      const port = server.ports[0] as number;
      const capture = await beginWatch();
      const client = startWorkload('hold', [`target=127.0.0.1/${port}`, `count=${COUNT}`, 'again=4']);
      await linesOf(client, 'held', 1);
      const ends = { address: '127.0.0.1', open: COUNT, opened: 5 * COUNT };
      await expectEnd(capture, 'outbound', port, { pid: client.pid, ...ends });
      await expectEnd(capture, 'inbound', port, { pid: server.running.pid, ...ends });
    });

    it('when a socket is connected to itself, which has asked and nobody listens', async () => {
      const capture = await beginWatch();
      const port = await freePort();
      const client = startWorkload('hold', [`target=127.0.0.1/${port}`, `from=127.0.0.1/${port}`]);
      await linesOf(client, 'held', 1);
      const ends = { pid: client.pid, address: '127.0.0.1', open: 1, opened: 1 };
      await expectEnd(capture, 'outbound', port, ends);
      expect(capture.seen({ port, direction: 'inbound' })).toEqual([]);
    });

    it('when the server remembers no question, for fear of a flood', async () => {
      await setSysctl(host, 'net.ipv4.tcp_syncookies', '2');
      const server = await startServer(['127.0.0.1/0'], { on: host });
      const capture = await beginWatch('ebpf', 'all');
      const args = [`target=127.0.0.1/${server.ports[0]}`, `count=${COUNT}`];
      const client = startWorkload('hold', args, { on: host });
      await linesOf(client, 'held', 1);
      // Not to their end: a server that remembers nothing may take a late segment of it for one more connection.
      const port = server.ports[0] as number;
      const ends = { address: '127.0.0.1', open: COUNT, opened: COUNT };
      await expectEnd(capture, 'outbound', port, { pid: client.pid, ...ends });
      await expectEnd(capture, 'inbound', port, { pid: server.running.pid, ...ends });
    });

    it('in whatever network namespace, and in no other', async () => {
      // The same address and port here and there are two servers.
      const here = await startServer(['127.0.0.1/0']);
      const port = here.ports[0] as number;
      const there = await startServer([`127.0.0.1/${port}`], { on: host });
      const capture = await beginWatch('ebpf', 'all');
      const own = await beginWatch();
      const options = { procRoot: '/proc', host: 'here', edgeExpiration: 60_000, clock: Date.now };
      const pipeline = createPipeline({ capture, ...options });
      await pipeline.runCycle();
      const target = [`target=127.0.0.1/${port}`, `count=${COUNT}`];
      const clientThere = startWorkload('hold', target, { on: host });
      const clientHere = startWorkload('hold', target);
      await Promise.all([linesOf(clientThere, 'held', 1), linesOf(clientHere, 'held', 1)]);
      const ends = () =>
        pipeline
          .edges()
          .filter(({ attributes, open }) => attributes['dst.port'] === port && open > 0)
          .map(({ attributes, open }) => ({
            direction: attributes.direction,
            src: attributes['src.pid'],
            dst: attributes['dst.pid'],
            open,
          }));
      // Of what a client holds the server's end may still be on its way.
      await waitFor(
        async () => {
          await pipeline.runCycle();
          return ends().reduce((all, { open }) => all + open, 0) === 4 * COUNT || undefined;
        },
        () => `both ends of all connections: ${JSON.stringify(ends())}`,
      );
      expect(ends()).toHaveLength(4);
      for (const [client, server] of [
        [clientHere, here.running],
        [clientThere, there.running],
      ] as const) {
        // The source's half knows both: its address means this very host.
        expect(ends()).toContainEqual({
          direction: 'outbound',
          src: client.pid,
          dst: server.pid,
          open: COUNT,
        });
        expect(ends()).toContainEqual(
          expect.objectContaining({ direction: 'inbound', dst: server.pid, open: COUNT }),
        );
      }
      await own.read();
      expect(new Set(own.seen({ port }).map(({ pid }) => pid))).toEqual(
        new Set([here.running.pid, clientHere.pid]),
      );
    });
  },
);
