import { existsSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Capture, CaptureName, Observation, Reading } from '../../exporter/agent/capture/capture.ts';
import { createEbpfCapture } from '../../exporter/agent/capture/ebpf/create-ebpf-capture.ts';
import { kernelProgramPath } from '../../exporter/agent/capture/ebpf/kernel-program.ts';
import { createPollingCapture } from '../../exporter/agent/capture/polling/create-polling-capture.ts';
import { createProcfsTable } from '../../exporter/agent/capture/procfs/socket-table.ts';
import { createSockdiagTable } from '../../exporter/agent/capture/sockdiag/socket-table.ts';
import { loadLibc } from '../../exporter/agent/native/libc.ts';
import { COMPILER } from './workload.ts';

/** Why no BPF program can be loaded into this kernel; undefined if one can. */
export const CANNOT_LOAD =
  process.platform !== 'linux'
    ? 'needs Linux'
    : process.getuid?.() !== 0
      ? 'needs root'
      : !existsSync('/sys/kernel/btf/vmlinux')
        ? 'needs a kernel with BTF'
        : undefined;

/** Why the ebpf capture cannot be tested here; undefined if it can. */
export const CANNOT_CAPTURE =
  CANNOT_LOAD ??
  (COMPILER === undefined
    ? 'needs a C compiler'
    : !existsSync(kernelProgramPath())
      ? 'needs clang and libbpf to build the kernel program'
      : undefined);

interface Reach {
  readonly netns: 'self' | 'all';
}

const CAPTURES: Record<CaptureName, (options: { procRoot: string } & Reach) => Promise<Capture>> = {
  ebpf: async (options) => createEbpfCapture(options),
  sockdiag: async (options) => createPollingCapture('sockdiag', createSockdiagTable(loadLibc()), options),
  procfs: async (options) => createPollingCapture('procfs', createProcfsTable('/proc'), options),
};

/** A capture of this machine's kernel. The caller closes it. */
export function openCapture(name: CaptureName, netns: Reach['netns'] = 'self'): Promise<Capture> {
  return CAPTURES[name]({ procRoot: '/proc', netns });
}

/** A capture and everything it has reported so far. */
export interface Watch extends Capture {
  /** Every observation as last reported; those of earlier readings have no open connections any more. */
  seen(which?: Partial<Observation>): Observation[];
  last(): Reading;
}

/** Remembers what a capture reports: it may remove a closed connection, but its counts remain valid. */
export function watch(capture: Capture): Watch {
  const reported = new Map<string, Observation>();
  let last: Reading | undefined;

  return {
    name: capture.name,
    async read() {
      last = await capture.read();
      const now = new Set(last.observations.map(({ id }) => id));
      for (const [id, seen] of reported)
        if (!now.has(id) && seen.open > 0) reported.set(id, { ...seen, open: 0 });
      for (const seen of last.observations) reported.set(seen.id, seen);
      return last;
    },
    close: () => capture.close(),
    seen: (which = {}) =>
      [...reported.values()].filter((seen) =>
        Object.entries(which).every(([key, value]) => seen[key as keyof Observation] === value),
      ),
    last() {
      if (!last) throw new Error('nothing has been read yet');
      return last;
    },
  };
}

/** Opens a capture for the duration of the test and reads it once, so that connections open by now are older than it. */
export async function beginWatch(name: CaptureName = 'ebpf', netns: Reach['netns'] = 'self'): Promise<Watch> {
  const watched = watch(await openCapture(name, netns));
  onTestFinished(() => watched.close());
  await watched.read();
  return watched;
}

type Count = 'open' | 'opened' | 'transmittedBytes' | 'receivedBytes';

export function sum(observations: readonly Observation[], count: Count): number {
  return observations.reduce((total, seen) => total + (seen[count] ?? 0), 0);
}

/** The sums of a count, grouped by `keyOf` of the observations; those without a key are under -1. */
export function sumBy(
  observations: readonly Observation[],
  keyOf: (seen: Observation) => number | undefined,
  count: Count,
): Map<number, number> {
  const sums = new Map<number, number>();
  for (const seen of observations) {
    const key = keyOf(seen) ?? -1;
    sums.set(key, (sums.get(key) ?? 0) + (seen[count] ?? 0));
  }
  return sums;
}
