/**
 * A table that is much too small, in the real kernel. It counts the connections of all processes on this machine, so a
 * second program with a large table provides the expected counts.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CANNOT_CAPTURE, sum, type Watch, watch } from '../../../../test/harness/captures.ts';
import { loadLibbpf } from '../../native/libbpf.ts';
import { ownNetworkNamespace } from '../../proc/namespaces.ts';
import { findCgroupRoot } from './cgroup-root.ts';
import { captureOf } from './create-ebpf-capture.ts';
import { bytesOf, keyBytes } from './kernel-bytes.case.ts';
import { type KernelProgram, kernelProgramPath, loadKernelProgram } from './kernel-program.ts';

const SIZE = 4;
const DESTINATIONS = 50;

const load = (maxEdges?: number, netns?: number): KernelProgram =>
  loadKernelProgram(loadLibbpf(), kernelProgramPath(), findCgroupRoot('/proc'), { maxEdges, netns });

describe.skipIf(CANNOT_CAPTURE)(
  `a table of ${SIZE} records${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    let small: Watch;
    let large: Watch;
    let server: Server;
    const clients: Socket[] = [];

    const open = (maxEdges?: number) => watch(captureOf(load(maxEdges), { procRoot: '/proc', netns: 'all' }));

    beforeEach(async () => {
      large = open();
      small = open(SIZE);
      server = createServer().listen(0, '0.0.0.0');
      await once(server, 'listening');
    });

    afterEach(() => {
      for (const client of clients.splice(0)) client.destroy();
      server.close();
      small.close();
      large.close();
    });

    const counted = (capture: Watch) => {
      const tcp = capture.seen({ transport: 'tcp' });
      return { open: sum(tcp, 'open'), opened: sum(tcp, 'opened') };
    };

    /** The difference between the two, at a moment without activity. */
    const difference = () =>
      vi.waitFor(
        async () => {
          await small.read();
          const before = counted(small);
          await large.read();
          await small.read();
          expect(counted(small)).toEqual(before);
          const truth = counted(large);
          return { open: before.open - truth.open, opened: before.opened - truth.opened };
        },
        { timeout: 30_000, interval: 5 },
      );

    /** Totals of the folded records. */
    const folded = () => small.seen({ folded: true });

    it('loses no connection and counts each close', async () => {
      await small.read();
      const before = await difference();
      const foldedBefore = sum(folded(), 'opened');
      const { port } = server.address() as AddressInfo;
      for (let i = 1; i <= DESTINATIONS; i++) {
        const client = connect({ host: `127.1.0.${i}`, port });
        clients.push(client);
        await once(client, 'connect');
      }
      expect(await difference()).toEqual(before);
      const ours = sum(large.seen({ port }), 'opened');
      expect(ours).toBe(2 * DESTINATIONS);
      expect(small.last().table).toMatchObject({ size: SIZE });
      expect(small.last().table?.folded).toBeGreaterThanOrEqual(ours - SIZE);
      expect(sum(folded(), 'opened') - foldedBefore).toBeGreaterThanOrEqual(ours - SIZE);
      const foldedOpen = sum(folded(), 'open');

      for (const client of clients) client.destroy();
      await vi.waitFor(
        async () => {
          await large.read();
          expect(sum(large.seen({ port }), 'open')).toBe(0);
        },
        { timeout: 30_000, interval: 5 },
      );
      expect(await difference()).toEqual(before);
      expect(foldedOpen - sum(folded(), 'open')).toBeGreaterThan(DESTINATIONS);
    });
  },
);

it.skipIf(CANNOT_CAPTURE)(
  'a program that is limited to a network namespace folds nothing of the others, even if its table is full',
  async () => {
    // No connection is in this namespace.
    using limited = closing(load(1, 2 ** 32 - 1));
    using own = closing(load(SIZE, ownNetworkNamespace('/proc')[0]?.netns));
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clients: Socket[] = [];
    for (let i = 1; i <= DESTINATIONS; i++) {
      const client = connect({ host: `127.1.0.${i}`, port });
      clients.push(client);
      await once(client, 'connect');
    }
    const refused = connect({ host: '127.0.0.1', port: 1 });
    await once(refused, 'error');
    for (const client of clients) client.destroy();
    server.close();
    limited.scan();
    own.scan();
    const unused = bytesOf('edge');
    expect(limited.folds().filter((fold) => !fold.equals(unused))).toEqual([]);
    expect(limited.health().folded).toBe(0);
    expect(own.health().folded).toBeGreaterThanOrEqual(DESTINATIONS);
  },
);

describe.skipIf(CANNOT_CAPTURE)(
  `the table in the kernel${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    /** Keys of a namespace that does not exist, so no connection has them. */
    const key = (pid: number) => keyBytes('outbound', { netns: 2 ** 32 - 1, pid });
    const value = bytesOf('edge', { created: 1, opened: 2, open: -1, failed: [3, 0, 0, 0, 0, 0, 9] });

    it('removes a record once, and puts it back if there is none and the table is not full', () => {
      using program = closing(load(500));
      expect(program.size).toBe(500);
      expect(program.putEdge(key(1), value)).toBe('inserted');
      expect(program.putEdge(key(1), value)).toBe('exists');
      expect(program.takeEdge(key(1))).toEqual(value);
      expect(program.takeEdge(key(1))).toBeUndefined();
    });

    it('can be read completely when it is full', () => {
      using program = closing(load(500));
      let pid = 1;
      while (program.putEdge(key(pid), value) === 'inserted') pid++;
      expect(program.putEdge(key(pid), value)).toBe('full');
      expect(pid).toBeLessThanOrEqual(501);
      const found = new Set<string>();
      program.eachEdge((one) => found.add(one.toString('hex')));
      for (let i = 1; i < pid; i++) expect(found).toContain(key(i).toString('hex'));
      expect(found.size).toBe(500);
    });
  },
);

function closing(program: KernelProgram): KernelProgram & Disposable {
  return Object.create(program, { [Symbol.dispose]: { value: () => program.close() } });
}
