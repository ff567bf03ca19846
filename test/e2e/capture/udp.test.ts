/** Client and server over UDP: right, or `unknown` where the kernel does not show it, and never wrong. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Direction, Observation } from '../../../exporter/agent/capture/capture.ts';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch } from '../../harness/captures.ts';
import { onFileEnd } from '../../harness/cleanup.ts';
import { freeUdpPort } from '../../harness/free-udp-port.ts';
import { createNetwork, type Host } from '../../harness/network.ts';
import type { Running } from '../../harness/process.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { linesOf, request, startWorkload, type WorkloadOptions } from '../../harness/workload.ts';

/** A server on a port of its choice, or on a given one; 0 leaves it to the kernel. */
async function serve(
  address: string,
  args: readonly string[] = [],
  options?: WorkloadOptions & { port?: number },
) {
  const at = `at=${address}/${options?.port ?? (await freeUdpPort())}`;
  const running = startWorkload('udp-server', [at, ...args], options);
  const [[port] = []] = await linesOf(running, 'serving', 1);
  return { running, pid: running.pid, port: Number(port) };
}

/** Runs a client until it has sent all requests; its sockets are still open. */
async function sendFrom(args: readonly string[], options?: WorkloadOptions): Promise<Running> {
  const client = startWorkload('udp-client', args, options);
  await linesOf(client, 'sent', 1);
  return client;
}

const udpOf = (capture: Watch, pid: number) => capture.seen({ transport: 'udp', pid });

/** The observations of a process, folded: direction and port with the number of conversations. */
function summary(seen: readonly Observation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { direction, port, opened } of seen) {
    const key = `${direction} ${port}`;
    counts[key] = (counts[key] ?? 0) + opened;
  }
  return counts;
}

/** Reads until the observations of each process are as expected, and fails with the last ones otherwise. */
async function expectReported(capture: Watch, truth: readonly (readonly [number, Record<string, number>])[]) {
  const reported = () => truth.map(([pid]) => [pid, summary(udpOf(capture, pid))] as const);
  await waitFor(
    async () => {
      await capture.read();
      return JSON.stringify(reported()) === JSON.stringify(truth) || undefined;
    },
    'the conversations',
    15_000,
  ).catch(() => {});
  expect(reported()).toEqual(truth);
}

describe.skipIf(CANNOT_CAPTURE)(`UDP${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  describe.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv4, bound to any address', '0.0.0.0', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv6, bound to any address', '::', '::1'],
    ['IPv4, bound to any IPv6 address', '::', '127.0.0.1'],
  ])('over %s', (_title, address, to) => {
    it.each(['connect', 'bind', 'sendto'])(
      'reports both endpoints of a hundred requests sent with %s',
      async (way) => {
        const capture = await beginWatch();
        const server = await serve(address);
        const client = await sendFrom([`target=${to}/${server.port}`, `way=${way}`, 'count=100']);
        await capture.read();
        await request(client, 'close', 'closed');
        await expectReported(capture, [
          [client.pid, { [`outbound ${server.port}`]: 100 }],
          [server.pid, { [`inbound ${server.port}`]: 100 }],
        ]);
        const reported = [...udpOf(capture, client.pid), ...udpOf(capture, server.pid)];
        expect(new Set(reported.map(({ remoteAddress }) => remoteAddress))).toEqual(new Set([to]));
        expect(sum(udpOf(capture, client.pid), 'open')).toBe(0);
      },
    );
  });

  it('reports both endpoints if the kernel chose the port of the server', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1', [], { port: 0 });
    const client = await sendFrom([`target=127.0.0.1/${server.port}`, 'count=100']);
    await expectReported(capture, [
      [client.pid, { [`outbound ${server.port}`]: 100 }],
      [server.pid, { [`inbound ${server.port}`]: 100 }],
    ]);
  });

  it('reports a request whose socket is closed before the first socket scan', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1');
    const clients = await Promise.all(
      ['connect', 'sendto'].map((way) => sendFrom([`target=127.0.0.1/${server.port}`, `way=${way}`])),
    );
    await Promise.all(clients.map((client) => client.stop('SIGKILL')));
    await expectReported(capture, [
      ...clients.map(({ pid }) => [pid, { [`outbound ${server.port}`]: 1 }] as const),
      [server.pid, { [`inbound ${server.port}`]: 2 }],
    ]);
  });

  it('reports a request without a response at both endpoints', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1', ['silent=1']);
    const client = await sendFrom([`target=127.0.0.1/${server.port}`, 'answers=0']);
    await waitFor(
      async () => (await request(server.running, 'report', 'received'))[0] === '1' || undefined,
      'the request',
    );
    await expectReported(capture, [
      [client.pid, { [`outbound ${server.port}`]: 1 }],
      [server.pid, { [`inbound ${server.port}`]: 1 }],
    ]);
  });

  it('reports a request to a server that is older than the capture, on the same host', async () => {
    const server = await serve('0.0.0.0', ['silent=1']);
    const capture = await beginWatch();
    const client = await sendFrom([`target=127.0.0.1/${server.port}`, 'answers=0', 'count=20']);
    await expectReported(capture, [
      [client.pid, { [`outbound ${server.port}`]: 20 }],
      [server.pid, { [`inbound ${server.port}`]: 20 }],
    ]);
  });

  it('reports a flow without responses that began before the capture as inbound after a while', async () => {
    const network = createNetwork();
    const [on, other] = [network.host('server'), network.host('client')];
    const server = await serve('0.0.0.0', ['silent=1'], { on });
    const client = startWorkload('udp-peer', [`at=${other.address}/0`], { on: other });
    await linesOf(client, 'ready', 1);
    let sent = 0;
    /** Resolves once it has arrived: the client reads one line at a time. */
    async function send(): Promise<void> {
      client.writeLine(`${on.address}/${server.port}`);
      sent++;
      await waitFor(
        async () => (await request(server.running, 'report', 'received'))[0] === `${sent}` || undefined,
        'the datagram',
      );
    }
    await send();
    const capture = await beginWatch('ebpf', 'all');
    await send();
    const inbound = await waitFor(
      async () => {
        await send();
        await capture.read();
        const seen = udpOf(capture, server.pid).filter(({ direction }) => direction === 'inbound');
        return seen.length > 0 ? seen : undefined;
      },
      'a direction',
      15_000,
    );
    expect(inbound).toMatchObject([{ port: server.port, opened: 1 }]);
    expect(summary(udpOf(capture, client.pid))).toEqual({ [`outbound ${server.port}`]: 1 });
  });

  it('reports a process that sends from another port each time as a client from its second request on', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1');
    const client = await sendFrom([`target=127.0.0.1/${server.port}`, 'way=bind', 'keep=0', 'count=20']);
    await expectReported(capture, [[server.pid, { [`inbound ${server.port}`]: 20 }]]);
    const reported = udpOf(capture, client.pid);
    const unknown = reported.filter(({ direction }) => direction === 'unknown');
    expect(sum(unknown, 'opened')).toBe(1);
    expect(summary(reported)).toMatchObject({ [`outbound ${server.port}`]: 19 });
    expect(reported).toHaveLength(2);
  });

  it('reports two sockets connected to each other from ports of their choice as unknown', async () => {
    const capture = await beginWatch();
    const ports = [await freeUdpPort(), await freeUdpPort()] as const;
    const at = ports.map((port) => `127.0.0.1/${port}`);
    const peers = at.map((local, index) =>
      startWorkload('udp-peer', [`at=${local}`, `peer=${at[1 - index]}`]),
    );
    await Promise.all(peers.map((peer) => linesOf(peer, 'ready', 1)));
    for (const [index, peer] of peers.entries()) peer.writeLine(`${at[1 - index]}`);
    await Promise.all(peers.map((peer) => linesOf(peer, 'received', 2)));
    await capture.read();
    await expectReported(
      capture,
      peers.map(({ pid }, index) => [pid, { [`unknown ${ports[index]}`]: 1 }] as const),
    );
  });

  it('counts a thousand clients of one server', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1');
    const client = await sendFrom([`target=127.0.0.1/${server.port}`, 'count=1000']);
    await expectReported(capture, [
      [client.pid, { [`outbound ${server.port}`]: 1000 }],
      [server.pid, { [`inbound ${server.port}`]: 1000 }],
    ]);
  });

  it('ignores sockets that connect only to find their local address', async () => {
    const capture = await beginWatch();
    const server = await serve('127.0.0.1');
    const probe = await sendFrom([`target=127.0.0.1/${server.port}`, 'way=probe', 'count=100']);
    const client = await sendFrom([`target=127.0.0.1/${server.port}`]);
    await expectReported(capture, [
      [probe.pid, {}],
      [client.pid, { [`outbound ${server.port}`]: 1 }],
      [server.pid, { [`inbound ${server.port}`]: 1 }],
    ]);
  });

  describe('between two endpoints that both chose their ports', () => {
    async function startPair(address: string) {
      const [clientPort, serverPort] = [await freeUdpPort(), await freeUdpPort()];
      const client = startWorkload('udp-peer', [`at=${address}/${clientPort}`]);
      const server = startWorkload('udp-peer', [`at=${address}/${serverPort}`]);
      await Promise.all([linesOf(client, 'ready', 1), linesOf(server, 'ready', 1)]);
      let requests = 0;
      return {
        client,
        server,
        clientPort,
        serverPort,
        async exchange() {
          client.writeLine(`${address}/${serverPort}`);
          requests++;
          await Promise.all([linesOf(server, 'received', requests), linesOf(client, 'received', requests)]);
        },
      };
    }

    it.each(['127.0.0.1', '::1'])('reports the first sender over %s as the client', async (address) => {
      const capture = await beginWatch();
      const { client, server, serverPort, exchange } = await startPair(address);
      for (let count = 0; count < 3; count++) await exchange();
      await expectReported(capture, [
        [client.pid, { [`outbound ${serverPort}`]: 1 }],
        [server.pid, { [`inbound ${serverPort}`]: 1 }],
      ]);
    });

    it('reports a conversation that began before the capture as unknown', async () => {
      const { client, server, clientPort, serverPort, exchange } = await startPair('127.0.0.1');
      await exchange();
      const capture = await beginWatch();
      // The server sends first from now on: that does not make it the client.
      server.writeLine(`127.0.0.1/${clientPort}`);
      await Promise.all([linesOf(server, 'received', 2), linesOf(client, 'received', 2)]);
      await capture.read();
      await capture.read();
      const directions = new Set<Direction>();
      for (const { pid } of [client, server])
        for (const { direction } of udpOf(capture, pid)) directions.add(direction);
      expect(directions).toEqual(new Set(['unknown']));
      expect(new Set(udpOf(capture, server.pid).map(({ port }) => port))).toEqual(new Set([serverPort]));
      expect(new Set(udpOf(capture, client.pid).map(({ port }) => port))).toEqual(new Set([clientPort]));
    });
  });

  describe('to many receivers at once', () => {
    let host: Host;
    let other: Host;

    beforeAll(async () => {
      const network = createNetwork();
      host = network.host('one');
      other = network.host('two');
      for (const on of [host, other])
        await on.start(['ip', 'route', 'add', 'default', 'dev', 'eth0'], { onCleanup: onFileEnd }).exited;
    });

    const GROUPS: readonly [string, string, string, string[]][] = [
      ['a multicast group', '0.0.0.0', '239.7.7.7', []],
      ['an IPv6 multicast group', '::', 'ff05::77', []],
      ['broadcast', '0.0.0.0', '255.255.255.255', ['broadcast=1']],
    ];

    /** One host sends to all receivers on these hosts; resolves once all receivers but the last have received it. */
    async function sendToAll(
      address: string,
      group: string,
      flags: readonly string[],
      hosts: readonly Host[],
    ) {
      const capture = await beginWatch('ebpf', 'all');
      const join = flags.length === 0 ? [`group=${group}`] : [];
      const receivers = await Promise.all(hosts.map((on) => serve(address, join, { on, port: 5399 })));
      const sender = await sendFrom([`target=${group}/5399`, ...flags], { on: host });
      for (const { running } of receivers.slice(0, -1))
        await waitFor(
          async () => (await request(running, 'report', 'received'))[0] !== '0' || undefined,
          'the request',
        );
      await capture.read();
      await capture.read();
      const reported = (pid: number) => Object.keys(summary(udpOf(capture, pid)));
      return { sender: reported(sender.pid), receivers: receivers.map(({ pid }) => reported(pid)) };
    }

    it.each(GROUPS)('never reports a receiver as the client: %s', async (_title, address, group, flags) => {
      const { sender, receivers } = await sendToAll(address, group, flags, [other, host]);
      expect(sender).toEqual(['outbound 5399']);
      expect(receivers[0]).toHaveLength(1);
      for (const reported of receivers.flat()) expect(['inbound 5399', 'unknown 5399']).toContain(reported);
    });

    it.each(GROUPS)(
      'reports each of two receivers on one host: %s',
      async (_title, address, group, flags) => {
        const { receivers } = await sendToAll(address, group, flags, [other, other, host]);
        for (const reported of receivers.slice(0, 2)) expect(reported).toHaveLength(1);
      },
    );
  });

  it('distinguishes two servers on one port by their addresses when one socket sends to both', async () => {
    const capture = await beginWatch();
    const port = await freeUdpPort();
    const servers = await Promise.all(
      ['127.0.0.1', '127.0.0.2'].map((address) => serve(address, [], { port })),
    );
    const client = startWorkload('udp-peer', [`at=127.0.0.1/${await freeUdpPort()}`]);
    await linesOf(client, 'ready', 1);
    for (const [at, address] of ['127.0.0.1', '127.0.0.2'].entries()) {
      client.writeLine(`${address}/${port}`);
      await linesOf(client, 'received', at + 1);
    }
    await expectReported(capture, [
      [client.pid, { [`outbound ${port}`]: 2 }],
      ...servers.map(({ pid }) => [pid, { [`inbound ${port}`]: 1 }] as const),
    ]);
  });
});
