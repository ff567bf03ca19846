/**
 * Ends that the kernel did not tell: it leaves an event out where the program is running on that processor already. Here
 * the program is taken off for a moment instead, which the walk cannot tell from it.
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
/** It takes a second between two looks for the second to be one. */
const BETWEEN_LOOKS = 1100;

/** A capture that can be kept from what the tracepoint tells. */
function beginDeafenable() {
  const libbpf = loadLibbpf();
  let hears: { attach(): Link; link: Link } | undefined;
  const listening: Libbpf = {
    ...libbpf,
    load(...args) {
      const object = libbpf.load(...args);
      return {
        ...object,
        attach(name) {
          hears = { attach: () => object.attach(name), link: object.attach(name) };
          return { fd: hears.link.fd, close: () => hears?.link.close() };
        },
      };
    },
  };
  const program = loadKernelProgram(listening, kernelProgramPath(), findCgroupRoot('/proc'));
  const capture = watch(captureOf(program, { procRoot: '/proc', netns: 'self' }));
  onTestFinished(() => capture.close());
  return {
    capture,
    async whileDeaf(work: () => Promise<void>) {
      if (!hears) throw new Error('no tracepoint');
      hears.link.close();
      try {
        await work();
      } finally {
        hears.link = hears.attach();
      }
    },
  };
}

describe.skipIf(CANNOT_CAPTURE)(`an end not told${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it.each([
    ['young', 1],
    ['met before', 3],
  ])('is found by the walk, while someone holds the socket: %s', async (_age, looks) => {
    const { capture, whileDeaf } = beginDeafenable();
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
    for (let look = 0; look < looks; look++) {
      if (look > 0) await sleep(BETWEEN_LOOKS);
      await capture.read();
    }
    expect(open()).toBe(CONNECTIONS);

    await whileDeaf(async () => {
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
