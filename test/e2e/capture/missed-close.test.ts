/**
 * Missed close events: the kernel skips the program if it is already running on the same CPU. Here the program is
 * detached for a moment instead, which looks the same to the socket scan.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findCgroupRoot } from '../../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { captureOf } from '../../../exporter/agent/capture/ebpf/create-ebpf-capture.ts';
import { kernelProgramPath, loadKernelProgram } from '../../../exporter/agent/capture/ebpf/kernel-program.ts';
import { type Libbpf, type Link, loadLibbpf } from '../../../exporter/agent/native/libbpf.ts';
import { CANNOT_CAPTURE, sum, watch } from '../../harness/captures.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { linesOf, startWorkload } from '../../harness/workload.ts';

const CONNECTIONS = 5;
/** A scan within a second after the first does not count as the second. */
const BETWEEN_SCANS = 1100;

/** A capture whose tracepoint program can be detached for a while. */
function beginDetachable() {
  const libbpf = loadLibbpf();
  let tracepoint: { attach(): Link; link: Link } | undefined;
  const wrapped: Libbpf = {
    ...libbpf,
    load(...args) {
      const object = libbpf.load(...args);
      return {
        ...object,
        attach(name) {
          tracepoint = { attach: () => object.attach(name), link: object.attach(name) };
          return { fd: tracepoint.link.fd, close: () => tracepoint?.link.close() };
        },
      };
    },
  };
  const program = loadKernelProgram(wrapped, kernelProgramPath(), findCgroupRoot('/proc'));
  const capture = watch(captureOf(program, { procRoot: '/proc', netns: 'self' }));
  onTestFinished(() => capture.close());
  return {
    capture,
    async whileDetached(work: () => Promise<void>) {
      if (!tracepoint) throw new Error('no tracepoint');
      tracepoint.link.close();
      try {
        await work();
      } finally {
        tracepoint.link = tracepoint.attach();
      }
    },
  };
}

describe.skipIf(CANNOT_CAPTURE)(`a missed close event${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it.each([
    ['before the second scan', 1],
    ['after the second scan', 3],
  ])('is found by the socket scan while a process holds the socket: %s', async (_when, scans) => {
    const { capture, whileDetached } = beginDetachable();
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket.on('error', () => {}))).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = startWorkload('hold', [`target=127.0.0.1/${port}`, `count=${CONNECTIONS}`]);
    await linesOf(client, 'held', 1);
    await waitFor(async () => accepted.length === CONNECTIONS || undefined, 'the server to accept all');
    const open = () => sum(capture.seen({ transport: 'tcp', direction: 'outbound', port }), 'open');
    for (let scan = 0; scan < scans; scan++) {
      if (scan > 0) await sleep(BETWEEN_SCANS);
      await capture.read();
    }
    expect(open()).toBe(CONNECTIONS);

    await whileDetached(async () => {
      for (const socket of accepted) socket.resetAndDestroy();
      await Promise.all(accepted.map((socket) => socket.closed || once(socket, 'close')));
    });
    expect(open()).toBe(CONNECTIONS);
    await waitFor(
      async () => {
        await capture.read();
        return open() === 0 || undefined;
      },
      () => `${open()} open connections`,
    );
    expect(sum(capture.seen({ transport: 'tcp', direction: 'outbound', port }), 'opened')).toBe(CONNECTIONS);
  });
});
