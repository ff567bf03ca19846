/** More dependencies than the kernel's table has slots: those without a slot are still counted, and none twice. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Direction, Observation } from '../../../exporter/agent/capture/capture.ts';
import { findCgroupRoot } from '../../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { captureOf } from '../../../exporter/agent/capture/ebpf/create-ebpf-capture.ts';
import { kernelProgramPath, loadKernelProgram } from '../../../exporter/agent/capture/ebpf/kernel-program.ts';
import { loadLibbpf } from '../../../exporter/agent/native/libbpf.ts';
import { beginWatch, CANNOT_CAPTURE, sum, type Watch, watch } from '../../harness/captures.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { startServer, startWorkload, words } from '../../harness/workload.ts';

const SIZE = 256;
const ADDRESSES = 1000;

describe.skipIf(CANNOT_CAPTURE)(
  `a capture with a full table${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    /** Filling a table of the usual size would fill those of other tests as well. */
    async function beginSmall(netns: 'self' | 'all'): Promise<Watch> {
      const program = loadKernelProgram(loadLibbpf(), kernelProgramPath(), findCgroupRoot('/proc'), {
        maxEdges: SIZE,
      });
      const capture = captureOf(program, { procRoot: '/proc', netns });
      onTestFinished(() => capture.close());
      const watched = watch(capture);
      await watched.read();
      return watched;
    }

    it.each(['self', 'all'] as const)(
      'counts every connection, folded or not (%s)',
      async (netns) => {
        // Has slots for all, and so reports what other processes on this machine do meanwhile.
        const large = await beginWatch('ebpf', 'all');
        const small = await beginSmall(netns);
        const server = await startServer(['request=1', 'answer=1', '0.0.0.0/0']);
        const port = server.ports[0] as number;
        const isOurs = (seen: Observation) => seen.port === port;
        const client = startWorkload('client', [
          `target=0.0.0.0/${port}`,
          `spread=${ADDRESSES}`,
          ...['seconds=3', 'reset=1'],
        ]);
        let hasEnded = false;
        void client.exited.finally(() => {
          hasEnded = true;
        });
        while (!hasEnded) {
          await small.read();
          await large.read();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(await client.exited, client.stderr()).toBe(0);
        const made = Number(words(client.stdout(), 'made')[0]?.[1]);
        expect((await server.counts()).get(port)?.accepted).toBe(made);
        await waitFor(async () => {
          await small.read();
          return sum(small.seen({ port }), 'open') === 0 || undefined;
        }, 'the last connections to be closed at the client and the server');
        await large.read();
        expect(sum(large.seen({ port, direction: 'outbound' }), 'opened')).toBe(made);

        const tcp = (capture: Watch, direction: Direction) => capture.seen({ transport: 'tcp', direction });
        for (const direction of ['outbound', 'inbound'] as const) {
          const ours = sum(small.seen({ port, direction }), 'opened');
          const folded = sum(
            tcp(small, direction).filter((seen) => seen.folded),
            'opened',
          );
          const others = sum(
            tcp(large, direction).filter((seen) => !isOurs(seen)),
            'opened',
          );
          expect(folded).toBeGreaterThan(0);
          expect(ours + folded, direction).toBeGreaterThanOrEqual(made);
          expect(ours + folded, direction).toBeLessThanOrEqual(made + others);
        }
        expect(small.last().table?.folded).toBeGreaterThan(0);
      },
      180_000,
    );
  },
);
