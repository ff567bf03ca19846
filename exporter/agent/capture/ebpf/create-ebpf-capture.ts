import { loadLibbpf } from '../../native/libbpf.ts';
import { ownNetworkNamespace, readNetworkNamespace } from '../../proc/namespaces.ts';
import type { Capture, NamespaceReading, Observation, Reading, TraceLog } from '../capture.ts';
import type { PollingOptions } from '../polling/create-polling-capture.ts';
import { findCgroupRoot } from './cgroup-root.ts';
import { createEdges } from './edges.ts';
import { type KernelProgram, kernelProgramPath, loadKernelProgram } from './kernel-program.ts';
import { IS_READABLE, type Row } from './layout.ts';
import { listenerSocketsOf, listenersOf } from './listeners.ts';
import { createSocketOwners } from './socket-owners.ts';
import { createUnixEdges } from './unix-edges.ts';
import { createUnixOwners } from './unix-owners.ts';

/** Loads the in-kernel capture. Throws if this host does not support it. */
export function createEbpfCapture(options: PollingOptions): Capture {
  if (!IS_READABLE) throw new Error('the in-kernel capture supports little-endian hosts only');
  const root = findCgroupRoot(options.procRoot);
  const netns = options.netns === 'self' ? ownNetworkNamespace(options.procRoot)[0]?.netns : undefined;
  const { traced } = options;
  return captureOf(loadKernelProgram(loadLibbpf(), kernelProgramPath(), root, { netns, traced }), options);
}

/** A capture that reads the counts of a kernel program. */
export function captureOf(
  program: KernelProgram,
  { procRoot, netns, traced = true }: PollingOptions,
  uptime: () => number = () => performance.now(),
): Capture {
  const edges = createEdges(program, uptime);
  const unix = createUnixEdges();
  const unixListenersOf = createUnixOwners();
  const own = ownNetworkNamespace(procRoot);
  const isWanted = (at: { netns: number }) => netns === 'all' || at.netns === own[0]?.netns;
  /** Of the last scan. */
  let owners = createSocketOwners([]);
  const log: TraceLog = {
    visit: (after, upTo, visitor) =>
      program.traces.visit(after, upTo, {
        isWanted: (...ports) => visitor.isWanted(...ports),
        begun: (trace) => visitor.begun(owners.attributeTrace(trace)),
        closed: (connection) => visitor.closed(connection),
        lost: () => visitor.lost(),
      }),
  };
  let socketsBefore = program.health().sockets;

  async function read(): Promise<Reading> {
    if (netns === 'self' && own.length === 0)
      throw new Error(`cannot read sockets: no network namespace found in ${procRoot}`);
    // The client of a Unix socket may be in another namespace than the listener.
    const all = program.scan();
    const rows = all.filter(isWanted);
    const listening = listenerSocketsOf(rows);
    owners = createSocketOwners(listening);
    const unixListeners = unixListenersOf(all);
    const listeners = listenersOf(listening, unixListeners.filter(isWanted));
    // A folded record has no namespace: the kernel program folds connections of the wanted ones only.
    const observations = [
      ...edges.observe(owners),
      ...unix.observe(all, unixListeners, program.unixConnects()),
    ].filter((observation) => isWanted(observation) || observation.folded);
    const { sockets, folded, lost, traces, isTracing, missed } = program.health();
    const socketsRead = sockets - socketsBefore + countUnixSockets(all);
    socketsBefore = sockets;
    return {
      observations,
      listeners,
      sockets: socketsRead,
      namespaces: namespacesOf(procRoot, own, rows, observations),
      hiddenProcesses: 0,
      table: { used: edges.used(), size: program.size, folded, missed: missed + lost },
      processOf: program.processOf,
      ...(traced && { traces: { log, upTo: traces, isTracing } }),
    };
  }

  return { name: 'ebpf', read, close: () => program.close() };
}

/** Each socket once, even if several processes hold it. */
function countUnixSockets(rows: readonly Row[]): number {
  return new Set(rows.flatMap((row) => (row.kind === 'unix' ? [row.socket] : []))).size;
}

/**
 * The agent's own namespace first, then each of the others with a process through which it can be entered. A process
 * may hold sockets of other namespaces than its own: Docker's engine answers DNS in those of its containers.
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
