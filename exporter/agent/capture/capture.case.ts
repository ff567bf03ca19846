/**
 * What every capture must read from a real kernel. A capture is added by one line in `conformance.kernel.test.ts`.
 *
 * Each test opens its own sockets on loopback, in this process or in a child, and reads the capture until the expected
 * result appears. Other sockets of the machine can change meanwhile: tests only check their own ports.
 */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createSockets,
  type Sockets,
  startPeer,
  type UnixNameKind,
} from '../../../test/fixtures/live-sockets.ts';
import { type Capture, type Direction, FAILURES, type Observation, type Transport } from './capture.ts';

/** What a capture does not support, each with the reason. */
interface Allowed {
  /** No bytes, retransmits and round-trip times. */
  readonly noTcpInfo?: string;
  /** No connections over Unix sockets, only listeners. */
  readonly noUnixConnections?: string;
  /** No direction of a connection that is older than the capture and whose listener is closed. */
  readonly noRole?: string;
  /** No failed connection attempts, and no setup times. */
  readonly noFailures?: string;
  /** One observation for all connections that differ only in the ephemeral port, instead of one for each. */
  readonly aggregates?: string;
}

export interface CaptureCase {
  readonly name: string;
  /** Creates a capture of the agent's own network namespace. */
  create(): Capture;
  readonly allowed: Allowed;
}

const COUNTS = ['transmittedBytes', 'receivedBytes', 'retransmits', 'rtt'] as const;

export function describeCapture({ name, create, allowed }: CaptureCase): void {
  describe(`the capture ${name}`, () => {
    let sockets: Sockets;
    let capture: Capture;

    beforeEach(() => {
      sockets = createSockets();
    });

    afterEach(() => sockets.close());

    /** Starts the capture: connections open by now are pre-existing. */
    async function begin(): Promise<void> {
      capture = create();
      onTestFinished(() => capture.close());
      await capture.read();
    }

    async function observe(port: number, direction: Direction, transport: Transport = 'tcp') {
      const { observations } = await capture.read();
      return observations.filter(
        (seen) => seen.port === port && seen.direction === direction && seen.transport === transport,
      );
    }

    /** Reads until the check passes. */
    const eventually = <T>(check: () => Promise<T>): Promise<T> =>
      vi.waitFor(check, { timeout: 4000, interval: 10 });

    const sum = (observations: readonly Observation[], count: 'open' | 'opened') =>
      observations.reduce((total, seen) => total + seen[count], 0);

    it('has its name', async () => {
      await begin();
      expect(capture.name).toBe(name);
    });

    describe.each([
      ['one IPv4 address', '127.0.0.1', '127.0.0.1', undefined],
      ['every IPv4 address', '0.0.0.0', '127.0.0.1', undefined],
      ['every address, reached over IPv6', '::', '::1', undefined],
      ['every address, reached over IPv4', '::', '127.0.0.1', undefined],
      ['one IPv6 address', '::1', '::1', undefined],
      ['an ephemeral port', '127.0.0.1', '127.0.0.1', 40_000],
    ])('reads a listener on %s', (_title, host, target, from) => {
      it('and both endpoints of its connection, with the listener’s port and address', async () => {
        await begin();
        const port = await sockets.listen({ host, ...(from && { from }) });
        await sockets.connect({ host: target, port });
        const endpoint = {
          localAddress: target,
          remoteAddress: target,
          port,
          transport: 'tcp',
          open: 1,
          opened: 1,
        };
        await eventually(async () => {
          const reading = await capture.read();
          expect(reading.listeners.filter((listener) => listener.port === port)).toEqual([
            {
              netns: expect.any(Number),
              transport: 'tcp',
              address: host,
              port,
              pid: process.pid,
              ipv6Only: false,
            },
          ]);
          expect(reading.observations.filter((seen) => seen.port === port)).toEqual(
            expect.arrayContaining([
              expect.objectContaining({ ...endpoint, direction: 'inbound', pid: process.pid }),
              expect.objectContaining({ ...endpoint, direction: 'outbound', pid: process.pid }),
            ]),
          );
        });
      });
    });

    it('never reports a client’s port', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      const clients = [];
      for (let i = 0; i < 5; i++) clients.push(await sockets.connect({ host: '127.0.0.1', port }));
      await eventually(async () => expect(sum(await observe(port, 'outbound'), 'open')).toBe(5));
      const { observations } = await capture.read();
      // Other processes might have listened on such a port before, and have connections in TIME_WAIT.
      const ports = new Set(observations.filter(({ pid }) => pid === process.pid).map((seen) => seen.port));
      for (const { localPort } of clients) expect(ports).not.toContain(localPort);
    });

    it('counts a pre-existing connection as open, not as opened', async () => {
      const port = await sockets.listen({ host: '127.0.0.1' });
      await sockets.connect({ host: '127.0.0.1', port });
      await begin();
      await sockets.connect({ host: '127.0.0.1', port });
      for (const direction of ['inbound', 'outbound'] as const) {
        await eventually(async () => {
          const seen = await observe(port, direction);
          expect({ open: sum(seen, 'open'), opened: sum(seen, 'opened') }).toEqual({ open: 2, opened: 1 });
        });
      }
    });

    it('reports the processes of both endpoints', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      const client = await startPeer(sockets, ['connect', `${port}`]);
      const server = await startPeer(sockets, ['listen']);
      await sockets.connect({ host: '127.0.0.1', port: server.port });
      await eventually(async () => {
        expect(await observe(port, 'outbound')).toMatchObject([{ pid: client.pid }]);
        expect(await observe(port, 'inbound')).toMatchObject([{ pid: process.pid }]);
        expect(await observe(server.port, 'outbound')).toMatchObject([{ pid: process.pid }]);
        expect(await observe(server.port, 'inbound')).toMatchObject([{ pid: server.pid }]);
        const { listeners } = await capture.read();
        expect(listeners.find((listener) => listener.port === server.port)?.pid).toBe(server.pid);
      });
    });

    it('keeps the process of a connection after both have ended', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      const client = await startPeer(sockets, ['connect', `${port}`]);
      await eventually(async () =>
        expect(await observe(port, 'outbound')).toMatchObject([{ pid: client.pid }]),
      );
      await client.kill();
      for (let cycle = 0; cycle < 3; cycle++) {
        for (const seen of await observe(port, 'outbound'))
          expect(seen).toMatchObject({ pid: client.pid, open: 0 });
      }
    });

    it.each(['client', 'server'] as const)(
      'reports that a connection is closed when the %s closes it',
      async (first) => {
        await begin();
        const port = await sockets.listen({ host: '127.0.0.1' });
        const { end } = await sockets.connect({ host: '127.0.0.1', port });
        for (const direction of ['inbound', 'outbound'] as const)
          await eventually(async () => expect(sum(await observe(port, direction), 'open')).toBe(1));
        await end(first);
        for (const direction of ['inbound', 'outbound'] as const) {
          await eventually(async () => {
            const seen = await observe(port, direction);
            expect(sum(seen, 'open')).toBe(0);
            expect(sum(seen, 'opened')).toBeLessThanOrEqual(1);
          });
        }
      },
    );

    it('keeps the direction of a connection after its listener is closed', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      await sockets.connect({ host: '127.0.0.1', port });
      await eventually(async () => expect(sum(await observe(port, 'inbound'), 'open')).toBe(1));
      await sockets.stopListening(port);
      await eventually(async () => {
        const { listeners } = await capture.read();
        expect(listeners.filter((listener) => listener.port === port)).toEqual([]);
      });
      expect(sum(await observe(port, 'inbound'), 'open')).toBe(1);
      expect(sum(await observe(port, 'outbound'), 'open')).toBe(1);
    });

    it(
      allowed.noRole === undefined
        ? 'reports the direction of a connection that is older than the capture, without its listener'
        : `reports no direction of a connection that is older than the capture, without its listener: ${allowed.noRole}`,
      async () => {
        const port = await sockets.listen({ host: '127.0.0.1' });
        const { localPort } = await sockets.connect({ host: '127.0.0.1', port });
        await sockets.stopListening(port);
        await begin();
        const openAt = async (at: number, direction: Direction) => sum(await observe(at, direction), 'open');
        await eventually(async () => {
          const directions = {
            server: await openAt(port, 'inbound'),
            client: await openAt(port, 'outbound'),
          };
          expect(directions).toEqual(
            allowed.noRole === undefined ? { server: 1, client: 1 } : { server: 0, client: 0 },
          );
        });
        const unknown = { server: await openAt(port, 'unknown'), client: await openAt(localPort, 'unknown') };
        expect(unknown).toEqual(
          allowed.noRole === undefined ? { server: 0, client: 0 } : { server: 1, client: 1 },
        );
        // Not reversed either.
        expect(await openAt(localPort, 'outbound')).toBe(0);
      },
    );

    it('reports a client that chose its port as such', async () => {
      const port = await sockets.listen({ host: '127.0.0.1' });
      // Outside of the ephemeral range.
      const localPort = 30_000 + (process.pid % 2000);
      await sockets.connect({ host: '127.0.0.1', port, localPort });
      await begin();
      await sockets.connect({ host: '127.0.0.1', port });
      for (const direction of ['inbound', 'outbound'] as const)
        await eventually(async () => expect(sum(await observe(port, direction), 'open')).toBe(2));
      const { observations } = await capture.read();
      expect(observations.filter((seen) => seen.port === localPort && seen.open > 0)).toEqual([]);
    });

    it('keeps the id of a connection, and does not reuse it', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      // Outside of the ephemeral range, so that no other client gets it between the two connections.
      const localPort = 20_000 + (process.pid % 10_000);
      const { end } = await sockets.connect({ host: '127.0.0.1', port, localPort });
      const [first] = await eventually(async () => {
        const seen = await observe(port, 'outbound');
        expect(seen).toHaveLength(1);
        return seen;
      });
      for (let cycle = 0; cycle < 3; cycle++)
        expect(await observe(port, 'outbound')).toMatchObject([{ id: first?.id }]);
      // The server closes first and is in TIME_WAIT: the client's port can be used again.
      await end('server');
      await eventually(async () => expect(sum(await observe(port, 'outbound'), 'open')).toBe(0));
      await sockets.connect({ host: '127.0.0.1', port, localPort });
      await eventually(async () => expect(sum(await observe(port, 'outbound'), 'open')).toBe(1));
      const [second] = (await observe(port, 'outbound')).filter(({ open }) => open > 0);
      if (allowed.aggregates === undefined) {
        expect(second?.id).not.toBe(first?.id);
        expect(second?.opened).toBe(1);
      } else {
        expect(second).toMatchObject({ id: first?.id, opened: 2 });
      }
      const { observations } = await capture.read();
      expect(new Set(observations.map(({ id }) => id)).size).toBe(observations.length);
    });

    it(
      allowed.noFailures === undefined
        ? 'reports failed connection attempts, and setup times of established connections'
        : `reports no failed connection attempts: ${allowed.noFailures}`,
      async () => {
        await begin();
        const port = await sockets.listen({ host: '127.0.0.1' });
        await sockets.connect({ host: '127.0.0.1', port });
        await eventually(async () => expect(sum(await observe(port, 'outbound'), 'opened')).toBe(1));
        const [established] = await observe(port, 'outbound');
        await sockets.stopListening(port);
        await sockets.connect({ host: '127.0.0.1', port }).catch(() => {});
        const [refused] = await observe(port, 'outbound');
        if (allowed.noFailures === undefined) {
          expect(established?.setup?.counts.reduce((total, count) => total + count)).toBe(1);
          expect(established?.setup?.sum).toBeGreaterThan(0);
          expect(established?.setup?.sum).toBeLessThan(1);
          expect(refused?.failed?.[FAILURES.indexOf('refused')]).toBe(1);
          expect(refused?.opened).toBe(1);
        } else {
          for (const seen of [established, refused]) {
            expect(seen).not.toHaveProperty('setup');
            expect(seen).not.toHaveProperty('failed');
          }
        }
      },
    );

    it('counts a connection that was not open in any cycle', async () => {
      await begin();
      const port = await sockets.listen({ host: '127.0.0.1' });
      const { end } = await sockets.connect({ host: '127.0.0.1', port });
      await end('client');
      await eventually(async () =>
        expect(await observe(port, 'outbound')).toMatchObject([{ open: 0, opened: 1 }]),
      );
    });

    it('reports both endpoints of connected UDP, with the server’s port', async () => {
      await begin();
      const { port, client } = await sockets.connectUdp();
      await eventually(async () => {
        expect(await observe(port, 'inbound', 'udp')).toMatchObject([
          { open: 1, opened: 1, pid: process.pid },
        ]);
        expect(await observe(port, 'outbound', 'udp')).toMatchObject([
          { open: 1, opened: 1, pid: process.pid },
        ]);
        const { listeners } = await capture.read();
        expect(listeners.filter((listener) => listener.port === port)).toMatchObject([
          { transport: 'udp', address: '0.0.0.0', pid: process.pid },
        ]);
      });
      await client.end();
      await eventually(async () => expect(sum(await observe(port, 'outbound', 'udp'), 'open')).toBe(0));
    });

    async function observeUnix(address: string) {
      const { observations } = await capture.read();
      return observations.filter((seen) => seen.transport === 'unix' && seen.remoteAddress === address);
    }

    async function unixListeners(address: string) {
      const { listeners } = await capture.read();
      return listeners.filter((listener) => listener.transport === 'unix' && listener.address === address);
    }

    describe.each<UnixNameKind>(['path', 'abstract'])('of Unix sockets with a name of type %s', (kind) => {
      let name: ReturnType<Sockets['unixName']>;
      beforeEach(() => {
        name = sockets.unixName(kind);
      });

      it.each(['stream', 'seqpacket'] as const)('reports listeners: %s', async (type) => {
        await begin();
        const server = await startPeer(sockets, ['listen', sockets.unixName(kind).text]);
        const listener = sockets.unix.listen(name.bytes, type);
        await eventually(async () =>
          expect(await unixListeners(name.text)).toEqual([
            {
              netns: expect.any(Number),
              transport: 'unix',
              address: name.text,
              port: 0,
              pid: process.pid,
              ipv6Only: false,
            },
          ]),
        );
        const { listeners } = await capture.read();
        expect(listeners.filter(({ pid }) => pid === server.pid)).toMatchObject([{ transport: 'unix' }]);
        sockets.unix.close(listener);
        await eventually(async () => expect(await unixListeners(name.text)).toEqual([]));
      });

      if (allowed.noUnixConnections !== undefined) {
        it(`reports no connections: ${allowed.noUnixConnections}`, async () => {
          const listener = sockets.unix.listen(name.bytes);
          sockets.unix.connect(name.bytes);
          await begin();
          sockets.unix.connect(name.bytes);
          sockets.unix.accept(listener);
          expect(await unixListeners(name.text)).toHaveLength(1);
          expect(await observeUnix(name.text)).toEqual([]);
        });
        return;
      }

      it.each(['stream', 'seqpacket'] as const)('reports each connection once: %s', async (type) => {
        await begin();
        const listener = sockets.unix.listen(name.bytes, type);
        for (let i = 0; i < 3; i++) {
          sockets.unix.connect(name.bytes, type);
          sockets.unix.accept(listener);
        }
        await eventually(async () => {
          const seen = await observeUnix(name.text);
          expect({ open: sum(seen, 'open'), opened: sum(seen, 'opened') }).toEqual({ open: 3, opened: 3 });
        });
        for (const seen of await observeUnix(name.text)) {
          expect(seen).toMatchObject({ direction: 'outbound', localAddress: '', port: 0, pid: process.pid });
          expect(seen.remotePid).toBe(process.pid);
        }
      });

      it('reports the processes of both endpoints', async () => {
        await begin();
        const listener = sockets.unix.listen(name.bytes);
        const client = await startPeer(sockets, ['connect', name.text]);
        sockets.unix.accept(listener);
        const other = sockets.unixName(kind);
        const server = await startPeer(sockets, ['listen', other.text]);
        sockets.unix.connect(other.bytes);
        await eventually(async () => {
          const connected = await observeUnix(name.text);
          expect(connected).toMatchObject([{ pid: client.pid, remotePid: process.pid, open: 1 }]);
          const accepted = await observeUnix(other.text);
          expect(accepted).toMatchObject([{ pid: process.pid, remotePid: server.pid, open: 1 }]);
        });
      });

      it('attributes a connection in the accept queue to the listener', async () => {
        await begin();
        const listener = sockets.unix.listen(name.bytes);
        const client = await startPeer(sockets, ['connect', name.text]);
        const expected = { pid: client.pid, remotePid: process.pid, open: 1, opened: 1 };
        const [waiting] = await eventually(async () => {
          const seen = await observeUnix(name.text);
          expect(seen).toMatchObject([expected]);
          return seen;
        });
        sockets.unix.accept(listener);
        expect(await observeUnix(name.text)).toMatchObject([{ ...expected, id: waiting?.id }]);
      });

      it('counts a pre-existing connection as open, not as opened', async () => {
        const listener = sockets.unix.listen(name.bytes);
        sockets.unix.connect(name.bytes);
        sockets.unix.accept(listener);
        await begin();
        sockets.unix.connect(name.bytes);
        await eventually(async () => {
          const seen = await observeUnix(name.text);
          expect({ open: sum(seen, 'open'), opened: sum(seen, 'opened') }).toEqual({ open: 2, opened: 1 });
        });
      });

      it.each(['client', 'server'] as const)(
        'reports that a connection is closed when the %s closes it',
        async (first) => {
          await begin();
          const listener = sockets.unix.listen(name.bytes);
          const client = sockets.unix.connect(name.bytes);
          const served = sockets.unix.accept(listener);
          await eventually(async () => expect(sum(await observeUnix(name.text), 'open')).toBe(1));
          sockets.unix.close(first === 'client' ? client : served);
          await eventually(async () => {
            const seen = await observeUnix(name.text);
            expect(sum(seen, 'open')).toBe(0);
            expect(sum(seen, 'opened')).toBeLessThanOrEqual(1);
          });
        },
      );

      it('keeps a connection and its id after its listener is closed', async () => {
        await begin();
        const listener = sockets.unix.listen(name.bytes);
        sockets.unix.connect(name.bytes);
        sockets.unix.accept(listener);
        const [seen] = await eventually(async () => {
          const all = await observeUnix(name.text);
          expect(all).toMatchObject([{ open: 1, opened: 1 }]);
          return all;
        });
        sockets.unix.close(listener);
        await eventually(async () => expect(await unixListeners(name.text)).toEqual([]));
        for (let cycle = 0; cycle < 3; cycle++)
          expect(await observeUnix(name.text)).toMatchObject([{ id: seen?.id, open: 1, opened: 1 }]);
      });

      it('recognises a client that has a name, too', async () => {
        await begin();
        const own = sockets.unixName(kind);
        const listener = sockets.unix.listen(name.bytes);
        sockets.unix.connect(name.bytes, 'stream', own.bytes);
        sockets.unix.accept(listener);
        await eventually(async () => expect(await observeUnix(name.text)).toMatchObject([{ open: 1 }]));
        expect(await observeUnix(own.text)).toEqual([]);
      });

      it('reports neither socketpairs nor datagram sockets', async () => {
        await begin();
        sockets.unix.pair();
        sockets.unix.pair('seqpacket');
        const datagrams = sockets.unixName(kind);
        sockets.unix.bind(datagrams.bytes, 'datagram');
        sockets.unix.connect(datagrams.bytes, 'datagram');
        const listener = sockets.unix.listen(name.bytes);
        sockets.unix.connect(name.bytes);
        sockets.unix.accept(listener);
        await eventually(async () => expect(await observeUnix(name.text)).toHaveLength(1));
        const { observations, listeners } = await capture.read();
        const own = <T extends { transport: Transport; pid: number | undefined }>(all: readonly T[]) =>
          all.filter(({ transport, pid }) => transport === 'unix' && pid === process.pid);
        expect(own(observations).map(({ remoteAddress }) => remoteAddress)).toEqual([name.text]);
        expect(own(listeners).map(({ address }) => address)).toEqual([name.text]);
      });
    });

    it('reports the namespace that it read, and the number of sockets', async () => {
      await begin();
      const reading = await capture.read();
      expect(reading.namespaces).toEqual([{ netns: expect.any(Number), pid: process.pid }]);
      expect(reading.sockets).toBeGreaterThanOrEqual(reading.observations.length);
      for (const { netns } of reading.observations) expect(netns).toBe(reading.namespaces[0]?.netns);
    });

    if (allowed.noTcpInfo === undefined) {
      it('counts the payload of both endpoints since its start, and reports the round-trip time', async () => {
        const port = await sockets.listen({ host: '127.0.0.1' });
        const { exchange } = await sockets.connect({ host: '127.0.0.1', port });
        await exchange(5000, 7000);
        await begin();
        await exchange(1000, 2000);
        await eventually(async () => {
          const [client] = await observe(port, 'outbound');
          const [server] = await observe(port, 'inbound');
          expect(client).toMatchObject({ transmittedBytes: 1000, receivedBytes: 2000 });
          expect(server).toMatchObject({ transmittedBytes: 2000, receivedBytes: 1000 });
          for (const endpoint of [client, server]) {
            expect(endpoint?.retransmits).toBeGreaterThanOrEqual(0);
            expect(endpoint?.rtt).toBeGreaterThan(0);
            expect(endpoint?.rtt).toBeLessThan(1);
          }
        });
      });

      it('determines the client of a connection whose listener was closed before its start', async () => {
        const port = await sockets.listen({ host: '127.0.0.1' });
        const { localPort } = await sockets.connect({ host: '127.0.0.1', port });
        await sockets.stopListening(port);
        await begin();
        await eventually(async () => {
          expect(await observe(port, 'inbound')).toMatchObject([{ open: 1 }]);
          expect(await observe(port, 'outbound')).toMatchObject([{ open: 1 }]);
          expect(await observe(localPort, 'outbound')).toEqual([]);
        });
      });

      it('reports neither for UDP', async () => {
        await begin();
        const { port } = await sockets.connectUdp();
        await eventually(async () => expect(await observe(port, 'outbound', 'udp')).toHaveLength(1));
        const [seen] = await observe(port, 'outbound', 'udp');
        expect(seen).not.toHaveProperty('retransmits');
        expect(seen).not.toHaveProperty('rtt');
      });
    } else {
      it(`omits the counters that it does not support: ${allowed.noTcpInfo}`, async () => {
        await begin();
        const port = await sockets.listen({ host: '127.0.0.1' });
        const { exchange } = await sockets.connect({ host: '127.0.0.1', port });
        await exchange(10, 10);
        await eventually(async () => expect(await observe(port, 'outbound')).toHaveLength(1));
        const [seen] = await observe(port, 'outbound');
        for (const count of COUNTS) expect(seen).not.toHaveProperty(count);
      });
    }
  });
}
