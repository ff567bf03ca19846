import { loadLibbpf } from '../../native/libbpf.ts';
import { ownNetworkNamespace } from '../../proc/namespaces.ts';
import type { Capture, NamespaceReading, Observation, Pass } from '../capture.ts';
import type { PollingOptions } from '../polling/create-polling-capture.ts';
import { findCgroupRoot } from './cgroup-root.ts';
import { createEdges } from './edges.ts';
import { type KernelProgram, kernelProgramPath, loadKernelProgram, type Row } from './kernel-program.ts';
import { IS_READABLE } from './layout.ts';
import { listenersOf } from './listeners.ts';
import { createUnixEnds } from './unix-ends.ts';

/** Loads the in-kernel capture. Throws when this host does not offer it. */
export function createEbpfCapture(options: PollingOptions): Capture {
  if (!IS_READABLE) throw new Error('the in-kernel capture reads little-endian hosts only');
  const root = findCgroupRoot(options.procRoot);
  return captureOf(loadKernelProgram(loadLibbpf(), kernelProgramPath(), root), options);
}

/** A capture that reads what a kernel program has counted. */
export function captureOf(
  program: KernelProgram,
  { procRoot, netns }: PollingOptions,
  uptime: () => number = () => performance.now(),
): Capture {
  const edges = createEdges(program, uptime);
  const unix = createUnixEnds();
  const own = ownNetworkNamespace(procRoot);
  const isWanted = netns === 'all' ? () => true : (at: { netns: number }) => at.netns === own[0]?.netns;
  let socketsBefore = program.health().sockets;

  async function read(): Promise<Pass> {
    const rows = program.walk().filter(isWanted);
    const listeners = listenersOf(rows);
    const observations = [...edges.observe(listeners), ...unix.observe(rows, program.unixAsks())].filter(
      isWanted,
    );
    const { sockets, folded, missed } = program.health();
    const met = sockets - socketsBefore + rows.filter(({ kind }) => kind === 'unix').length;
    socketsBefore = sockets;
    return {
      observations,
      listeners,
      sockets: met,
      namespaces: namespacesOf(own, rows, observations),
      hiddenProcesses: 0,
      table: { used: edges.used(), size: program.size, folded, missed },
      processOf: program.processOf,
    };
  }

  return { name: 'ebpf', read, close: () => program.close() };
}

/** The own namespace first, then each with a process through which to reach it. */
function namespacesOf(
  own: readonly NamespaceReading[],
  rows: readonly Row[],
  observations: readonly Observation[],
): NamespaceReading[] {
  const found = new Map(own.map(({ netns, pid }) => [netns, { netns, pid }]));
  for (const { netns, pid } of [...rows, ...observations])
    if (pid !== undefined && !found.has(netns)) found.set(netns, { netns, pid });
  return [...found.values()];
}
