import { readFileSync } from 'node:fs';
import type { NamespaceReading } from '../capture/capture.ts';
import { FatalError } from '../fatal-error.ts';
import {
  createNamespaceEntry,
  type NamespaceEntry,
  type NetworkNamespace,
} from '../native/enter-namespace.ts';
import type { Libc } from '../native/libc.ts';
import { ownNetworkNamespace } from '../proc/namespaces.ts';
import { type CtnetlinkCalls, createCtnetlink } from './ctnetlink.ts';
import type { Translated } from './message.ts';
import { createRecentIds, type RecentIds } from './recent-ids.ts';

/** What the kernels' connection tracking tells of translated connections. */
export interface Conntrack {
  /**
   * Those begun since the last call; of a namespace met for the first time, those that are still tracked. The own one
   * is listened to last: what others send by way of it has passed it by then.
   */
  read(namespaces: readonly NamespaceReading[]): Heard;
  close(): void;
}

export interface Heard {
  readonly connections: readonly Tracked[];
  /** How often the kernel had more to tell than there was room; what it still tracked was read instead. */
  readonly overruns: number;
  /** Network namespaces that are listened to: those that track connections. */
  readonly namespaces: number;
  /** Why others are not that track connections, where this process may not ask them. */
  readonly refused?: string;
}

/** A translated connection and the network namespace in which its addresses were translated. */
export type Tracked = Translated & { readonly netns: number };

/** Of the namespaces that have tracked nothing so far, so many are looked at in one call, besides the own one. */
const LOOKS = 64;

/** The calls that it makes. */
export type ConntrackCalls = CtnetlinkCalls & Pick<Libc, 'enterNetworkNamespace'>;

interface Ear {
  readonly fd: number;
  readonly known: RecentIds;
  /** Whether there is more to know than the events that wait. */
  isBehind: boolean;
}

/**
 * Listens to new translated connections by ctnetlink (CAP_NET_ADMIN), in every network namespace that tracks any: the
 * kernel tells of each as it begins, however short it is, and keeps to itself those that are not translated. It spends
 * some microseconds on each of those all the same, which is less than to ask it at each pass: it would go through its
 * whole table. Nothing is done where nothing is tracked, so no module is loaded that tracks connections. `uptime` is in
 * ms; `onRefused` is told of each namespace that may not be listened to, and why.
 */
export function createConntrack(
  libc: ConntrackCalls,
  procRoot: string,
  uptime: () => number,
  onRefused: (isOwn: boolean, reason: string) => void = () => {},
): Conntrack {
  let entry: NamespaceEntry | undefined;
  const [own] = ownNetworkNamespace(procRoot);
  const ctnetlink = createCtnetlink(libc);
  const ears = new Map<number, Ear>();
  const refused = new Map<number, string>();
  /** Those that have tracked nothing, the one looked at last in the end. */
  const quiet = new Set<number>();

  function within<T>(namespace: NetworkNamespace, run: () => T): T {
    if (namespace.isOwn) return run();
    entry ??= createNamespaceEntry(libc, procRoot);
    return entry.within(namespace, run);
  }

  function shut(netns: number): void {
    const ear = ears.get(netns);
    if (ear) libc.close(ear.fd);
    ears.delete(netns);
  }

  /** Open sockets would keep alive a namespace in which nobody lives any more. */
  function forget(present: ReadonlySet<number>): void {
    for (const netns of ears.keys()) if (!present.has(netns)) shut(netns);
    for (const known of [refused, quiet])
      for (const netns of known.keys()) if (!present.has(netns)) known.delete(netns);
  }

  /** Namespaces that nobody has looked at, and some of those that have tracked nothing so far. */
  function candidates(namespaces: readonly NetworkNamespace[]): NetworkNamespace[] {
    const again = new Set([...quiet].slice(0, LOOKS));
    return namespaces.filter(
      ({ netns, isOwn }) =>
        !ears.has(netns) && !refused.has(netns) && (isOwn || !quiet.has(netns) || again.has(netns)),
    );
  }

  /** Listens there if connections are tracked by now. */
  function begin(namespace: NetworkNamespace): void {
    const { netns, pid } = namespace;
    quiet.delete(netns);
    if (trackedConnections(procRoot, pid) === 0) quiet.add(netns);
    else
      ears.set(netns, {
        fd: within(namespace, ctnetlink.listen),
        known: createRecentIds(uptime),
        isBehind: true,
      });
  }

  /**
   * What is new there: every event is, and of those tracked what no event has told. One that has begun while those
   * were read is told both ways; so its event is taken first.
   */
  function listenTo(namespace: NetworkNamespace, ear: Ear): { found: Translated[]; overrun: boolean } {
    const found: Translated[] = [];
    const overrun = ctnetlink.drain(ear.fd, found);
    if (!ear.isBehind && !overrun) {
      ear.known.add(found);
      return { found, overrun };
    }
    const tracked = ctnetlink.readTracked((open) => within(namespace, open));
    ear.isBehind = ctnetlink.drain(ear.fd, found);
    ear.known.add(found);
    return { found: [...found, ...ear.known.add(tracked)], overrun: overrun || ear.isBehind };
  }

  /** Where that fails it is not tried again, unless the process was gone: another may lead there. */
  function attempt<T>({ netns, isOwn }: NetworkNamespace, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      shut(netns);
      if (error instanceof FatalError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') {
        refused.set(netns, message);
        onRefused(isOwn, message);
      }
      return undefined;
    }
  }

  return {
    read(readings) {
      const namespaces = readings
        .map(({ netns, pid }) => ({ netns, pid, isOwn: netns === own?.netns }))
        .sort((one, other) => Number(one.isOwn) - Number(other.isOwn));
      forget(new Set(namespaces.map(({ netns }) => netns)));
      for (const namespace of candidates(namespaces)) attempt(namespace, () => begin(namespace));
      const connections: Tracked[] = [];
      let overruns = 0;
      for (const namespace of namespaces) {
        const { netns } = namespace;
        const ear = ears.get(netns);
        const heard = ear && attempt(namespace, () => listenTo(namespace, ear));
        if (heard?.overrun) overruns++;
        for (const connection of heard?.found ?? []) connections.push({ ...connection, netns });
      }
      const [reason] = refused.values();
      return {
        connections,
        overruns,
        namespaces: ears.size,
        ...(reason !== undefined && { refused: reason }),
      };
    },
    close() {
      for (const netns of [...ears.keys()]) shut(netns);
      entry?.close();
    },
  };
}

/**
 * How many connections are tracked in the namespace of that process: the first column of `/proc/PID/net/stat/nf_conntrack`
 * (net/netfilter/nf_conntrack_standalone.c), in hex. 0 where connection tracking is not even loaded.
 */
function trackedConnections(procRoot: string, pid: number): number {
  let text: string;
  try {
    text = readFileSync(`${procRoot}/${pid}/net/stat/nf_conntrack`, 'latin1');
  } catch {
    return 0;
  }
  return Number.parseInt(text.split('\n')[1] ?? '', 16) || 0;
}
