import { loadLibbpf } from '../../native/libbpf.ts';
import { ownNetworkNamespace, readNetworkNamespace } from '../../proc/namespaces.ts';
import type { Capture, NamespaceReading, Observation, Reading } from '../capture.ts';
import type { PollingOptions } from '../polling/create-polling-capture.ts';
import { findCgroupRoot } from './cgroup-root.ts';
import { createEdges } from './edges.ts';
import { type KernelProgram, kernelProgramPath, loadKernelProgram } from './kernel-program.ts';
import { IS_READABLE, type Row } from './layout.ts';
import { listenersOf } from './listeners.ts';
import { createUnixEdges } from './unix-edges.ts';

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
  const unix = createUnixEdges();
  const own = ownNetworkNamespace(procRoot);
  const isWanted = (at: { netns: number }) => netns === 'all' || at.netns === own[0]?.netns;
  let socketsBefore = program.health().sockets;

  async function read(): Promise<Reading> {
    if (netns === 'self' && own.length === 0)
      throw new Error(`cannot read sockets: no network namespace is to be seen in ${procRoot}`);
    // Who asks for a Unix socket may do so in another namespace than who listens.
    const all = program.scan();
    const rows = all.filter(isWanted);
    const listeners = listenersOf(rows);
    // What was folded is of any namespace: to leave it out would be to lose it in silence.
    const observations = [...edges.observe(listeners), ...unix.observe(all, program.unixConnects())].filter(
      (seen) => isWanted(seen) || seen.folded,
    );
    const { sockets, folded, lost, missed } = program.health();
    const met = sockets - socketsBefore + unixSocketsIn(all);
    socketsBefore = sockets;
    return {
      observations,
      listeners,
      sockets: met,
      namespaces: namespacesOf(procRoot, own, rows, observations),
      hiddenProcesses: 0,
      table: { used: edges.used(), size: program.size, folded, missed: missed + lost },
      processOf: program.processOf,
      traceOf: program.traceOf,
    };
  }

  return { name: 'ebpf', read, close: () => program.close() };
}

/** Several processes may hold a socket. */
function unixSocketsIn(rows: readonly Row[]): number {
  return new Set(rows.flatMap((row) => (row.kind === 'unix' ? [row.socket] : []))).size;
}

/**
 * The own namespace first, then each with a process through which to reach it. A process may hold sockets of
 * namespaces in which it does not live: Docker's engine answers DNS in those of its containers.
 */
function namespacesOf(
  procRoot: string,
  own: readonly NamespaceReading[],
  rows: readonly Row[],
  observations: readonly Observation[],
): NamespaceReading[] {
  const found = new Map(own.map(({ netns, pid }) => [netns, { netns, pid }]));
  const visitors = new Set<string>();
  for (const { netns, pid } of [...rows, ...observations]) {
    if (pid === undefined || found.has(netns) || visitors.has(`${netns} ${pid}`)) continue;
    const home = readNetworkNamespace(procRoot, pid);
    if (typeof home === 'number' && home !== netns) visitors.add(`${netns} ${pid}`);
    else found.set(netns, { netns, pid });
  }
  return [...found.values()];
}
