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
import type { TranslatedConnection } from './message.ts';
import { createRecentIds, type RecentIds } from './recent-ids.ts';

/** Translated connections (NAT) from the kernel's connection tracking. */
export interface Conntrack {
  /**
   * The connections since the last call; for a namespace that is new, those that are still tracked. The agent's own
   * namespace is read last: connections that others send through it have passed it by then. `active` are those in which
   * connections have been opened since the last call.
   */
  read(namespaces: readonly NamespaceReading[], active?: ReadonlySet<number>): ConntrackReading;
  close(): void;
}

export interface ConntrackReading {
  readonly connections: readonly TrackedConnection[];
  /** How often the socket buffer overflowed; what the kernel still tracked was read instead. */
  readonly overruns: number;
  /** Number of subscribed network namespaces: those that track connections. */
  readonly namespaces: number;
  /** Why another one that tracks connections is not subscribed, if any. */
  readonly refused?: string;
}

/** A translated connection and the network namespace that translated it. */
export type TrackedConnection = TranslatedConnection & { readonly netns: number };

/** How many of the namespaces that have tracked nothing so far are checked in one call, besides the active ones. */
const CHECKS = 64;

/** The calls that it needs. */
export type ConntrackCalls = CtnetlinkCalls & Pick<Libc, 'enterNetworkNamespace'>;

interface Subscription {
  readonly fd: number;
  readonly recentIds: RecentIds;
  /** Whether events were lost, so that the table must be read. */
  isBehind: boolean;
}

/**
 * Subscribes to new translated connections by ctnetlink (CAP_NET_ADMIN) in each network namespace that tracks any. The
 * kernel reports each when it starts, however short it is; a filter drops those that are not translated. Per connection
 * that costs the kernel a few microseconds, less than a dump of its whole table in each cycle. Namespaces that track
 * nothing are left alone, so that no conntrack module is loaded. `uptime` is in ms; `onRefused` is called for each
 * namespace that cannot be subscribed.
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
  const subscriptions = new Map<number, Subscription>();
  const refused = new Map<number, string>();
  /** Namespaces that have tracked nothing; the most recently checked is last. */
  const quiet = new Set<number>();

  function within<T>(namespace: NetworkNamespace, run: () => T): T {
    if (namespace.isOwn) return run();
    entry ??= createNamespaceEntry(libc, procRoot);
    return entry.within(namespace, run);
  }

  function unsubscribe(netns: number): void {
    const subscription = subscriptions.get(netns);
    if (subscription) libc.close(subscription.fd);
    subscriptions.delete(netns);
  }

  /** An open socket would keep a namespace alive that no process uses any more. */
  function removeAbsent(present: ReadonlySet<number>): void {
    for (const netns of subscriptions.keys()) if (!present.has(netns)) unsubscribe(netns);
    for (const known of [refused, quiet])
      for (const netns of known.keys()) if (!present.has(netns)) known.delete(netns);
  }

  /** Namespaces that are not checked yet, and some of those that have tracked nothing so far. */
  function candidates(
    namespaces: readonly NetworkNamespace[],
    active: ReadonlySet<number>,
  ): NetworkNamespace[] {
    const recheck = new Set([...quiet].slice(0, CHECKS));
    return namespaces.filter(
      ({ netns, isOwn }) =>
        !subscriptions.has(netns) &&
        !refused.has(netns) &&
        (isOwn || !quiet.has(netns) || active.has(netns) || recheck.has(netns)),
    );
  }

  /** Subscribes if connections are tracked by now. */
  function trySubscribe(namespace: NetworkNamespace): void {
    const { netns, pid } = namespace;
    quiet.delete(netns);
    if (trackedConnections(procRoot, pid) === 0) quiet.add(netns);
    else
      subscriptions.set(netns, {
        fd: within(namespace, ctnetlink.subscribe),
        recentIds: createRecentIds(uptime),
        isBehind: true,
      });
  }

  /**
   * The new connections: all events, and tracked connections without an event. A connection that starts during the
   * dump is in both; so events are read first.
   */
  function readNew(
    namespace: NetworkNamespace,
    subscription: Subscription,
  ): { found: TranslatedConnection[]; overrun: boolean } {
    const found: TranslatedConnection[] = [];
    const overrun = ctnetlink.drain(subscription.fd, found);
    if (!subscription.isBehind && !overrun) {
      subscription.recentIds.add(found);
      return { found, overrun };
    }
    const tracked = ctnetlink.dump((open) => within(namespace, open));
    subscription.isBehind = ctnetlink.drain(subscription.fd, found);
    subscription.recentIds.add(found);
    return {
      found: [...found, ...subscription.recentIds.add(tracked)],
      overrun: overrun || subscription.isBehind,
    };
  }

  /** After a failure it is not tried again, unless the process has exited: another may give access. */
  function attempt<T>({ netns, isOwn }: NetworkNamespace, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      unsubscribe(netns);
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
    read(readings, active = new Set()) {
      const namespaces = readings
        .map(({ netns, pid }) => ({ netns, pid, isOwn: netns === own?.netns }))
        .sort((one, other) => Number(one.isOwn) - Number(other.isOwn));
      removeAbsent(new Set(namespaces.map(({ netns }) => netns)));
      for (const namespace of candidates(namespaces, active))
        attempt(namespace, () => trySubscribe(namespace));
      const connections: TrackedConnection[] = [];
      let overruns = 0;
      for (const namespace of namespaces) {
        const { netns } = namespace;
        const subscription = subscriptions.get(netns);
        const result = subscription && attempt(namespace, () => readNew(namespace, subscription));
        if (result?.overrun) overruns++;
        for (const connection of result?.found ?? []) connections.push({ ...connection, netns });
      }
      const [reason] = refused.values();
      return {
        connections,
        overruns,
        namespaces: subscriptions.size,
        ...(reason !== undefined && { refused: reason }),
      };
    },
    close() {
      for (const netns of [...subscriptions.keys()]) unsubscribe(netns);
      entry?.close();
    },
  };
}

/**
 * Number of tracked connections in the namespace of a process: the first column of `/proc/PID/net/stat/nf_conntrack`
 * (net/netfilter/nf_conntrack_standalone.c), in hex. 0 if connection tracking is not loaded.
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
