import type { Trace } from '../../capture/capture.ts';
import { isLoopback, isWildcard } from '../../net/address.ts';
import type { Translation, WireAddresses } from './translation.ts';

/** Translations whose connections have not begun yet, as far as the capture has traced them. */
export interface PendingTranslations {
  /** Adds translations. An update replaces the earlier one if that is still pending. */
  add(translations: readonly Translation[], now: number): void;
  /** Whether some of them have these ports. */
  has(localPort: number, remotePort: number): boolean;
  /**
   * Removes and returns the translation of a connection, which has all its addresses and ports. `wire` is undefined if
   * the translation may belong to another: in a network with the same addresses, or whose trace was lost.
   */
  take(trace: Trace, isWanted?: (translation: Translation) => boolean): Taken | undefined;
  /** Ends a cycle: removes those that have been pending for too long, and the oldest above a limit. */
  expire(now: number): void;
  /** Notes that traces were lost, perhaps of these connections. Returns their number in each group. */
  suspectAll(): ReadonlyMap<string, number>;
  /** Notes that some connection of a group is translated: it is not known which. */
  doubt(group: string, now: number): void;
  /** The number of those in a group. */
  doubtful(group: string): number;
  readonly hasDoubts: boolean;
  readonly size: number;
  /** Number dropped so far because there were too many. */
  readonly dropped: number;
}

interface Taken {
  readonly wire: WireAddresses | undefined;
}

/** The kernel abandons a connection attempt after some 130 s (net.ipv4.tcp_syn_retries); in ms. */
const KEEP_FOR = 135_000;
/** The limit within a cycle, in which most new ones are attributed: above what the kernel can report in one. */
const MAX_NEW = 131_072;
/** The limit between cycles. */
const MAX_PENDING = 16_384;

interface Pending {
  translation: Translation;
  readonly since: number;
  /** Cycles until it is removed. A connection that is over has been traced, and is read in the next cycle at the latest. */
  cyclesLeft: number;
  /** Whether a connection with its addresses and ports may be another one. */
  isAmbiguous: boolean;
}

export function createPendingTranslations(): PendingTranslations {
  const byPorts = new Map<number, Pending[]>();
  const doubts = new Map<string, { count: number; until: number }>();
  let size = 0;
  let dropped = 0;

  function doubt(group: string, now: number): void {
    doubts.set(group, { count: (doubts.get(group)?.count ?? 0) + 1, until: now + KEEP_FOR });
  }

  function drop({ translation }: Pending, now: number): void {
    dropped++;
    doubt(groupOfTranslation(translation), now);
  }

  function insert(pending: Pending): void {
    const key = portsKey(pending.translation.tuple.localPort, pending.translation.tuple.remotePort);
    const known = byPorts.get(key);
    if (known) known.push(pending);
    else byPorts.set(key, [pending]);
    size++;
  }

  function removeOld(now: number): void {
    for (const [key, pending] of byPorts) {
      for (const at of pending) at.cyclesLeft--;
      const isOld = ({ since, cyclesLeft }: Pending) => now - since > KEEP_FOR || cyclesLeft === 0;
      if (pending.some(isOld)) remove(key, pending, isOld);
    }
    for (const [group, { until }] of doubts) if (now > until) doubts.delete(group);
  }

  function remove(key: number, pending: readonly Pending[], isGone: (at: Pending) => boolean): void {
    const left = pending.filter((at) => !isGone(at));
    size -= pending.length - left.length;
    if (left.length > 0) byPorts.set(key, left);
    else byPorts.delete(key);
  }

  function update(translation: Translation): void {
    const { localPort, remotePort } = translation.tuple;
    const known = byPorts
      .get(portsKey(localPort, remotePort))
      ?.findLast((pending) => isSame(pending.translation.tuple, translation.tuple));
    if (known) known.translation = translation;
  }

  return {
    add(translations, now) {
      for (const translation of translations) {
        const cyclesLeft = translation.isOver ? 2 : Number.POSITIVE_INFINITY;
        const pending = { translation, since: now, cyclesLeft, isAmbiguous: false };
        if (translation.isUpdate) update(translation);
        else if (size < MAX_NEW) insert(pending);
        else drop(pending, now);
      }
    },
    has: (localPort, remotePort) => byPorts.has(portsKey(localPort, remotePort)),
    take(trace, isWanted = () => true) {
      const key = portsKey(trace.localPort, trace.remotePort);
      const pending = byPorts.get(key) ?? [];
      const found = pending.filter(({ translation }) => isOf(translation, trace) && isWanted(translation));
      const inNamespace = found.filter(({ translation }) => translation.netns === trace.netns);
      // Connections with the same tuple, one after the other, are traced in the order in which they are tracked.
      const [first, ...others] = inNamespace.length > 0 ? inNamespace : found;
      if (!first) return undefined;
      const isInOther = ({ translation }: Pending) => translation.netns !== first.translation.netns;
      if (first.isAmbiguous || others.some(isInOther)) for (const at of found) at.isAmbiguous = true;
      remove(key, pending, (at) => at === first);
      return { wire: first.isAmbiguous ? undefined : first.translation.wire };
    },
    suspectAll() {
      const counts = new Map<string, number>();
      for (const pending of byPorts.values())
        for (const at of pending) {
          at.isAmbiguous = true;
          const group = groupOfTranslation(at.translation);
          counts.set(group, (counts.get(group) ?? 0) + 1);
        }
      return counts;
    },
    expire(now) {
      removeOld(now);
      for (const [key, pending] of byPorts) {
        if (size <= MAX_PENDING) return;
        for (const at of pending) drop(at, now);
        remove(key, pending, () => true);
      }
    },
    doubt,
    doubtful: (group) => doubts.get(group)?.count ?? 0,
    get hasDoubts() {
      return doubts.size > 0;
    },
    get size() {
      return size;
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Both ports as one number. */
export function portsKey(localPort: number, remotePort: number): number {
  return localPort * 65_536 + remotePort;
}

function isSame(one: Translation['tuple'], other: Translation['tuple']): boolean {
  return (
    one.transport === other.transport &&
    one.direction === other.direction &&
    one.localPort === other.localPort &&
    one.remotePort === other.remotePort &&
    one.localAddress === other.localAddress &&
    one.remoteAddress === other.remoteAddress
  );
}

/** Each network namespace has its own loopback. An unconnected UDP socket may have no local address. */
function isOf({ netns, tuple }: Translation, trace: Trace): boolean {
  const { direction } = trace;
  if (direction === 'unknown') return false;
  if (isLoopback(tuple.localAddress) && netns !== trace.netns) return false;
  const isAnyAddress = trace.transport === 'udp' && isWildcard(trace.localAddress);
  const localAddress = isAnyAddress ? tuple.localAddress : trace.localAddress;
  return isSame(tuple, { ...trace, direction, localAddress });
}

/** What all flows that may contain a connection have in common. Each network namespace has its own loopback. */
export function groupOf(at: WireAddresses & { netns: number; transport: string; direction: string }): string {
  const { netns, transport, direction, localAddress, remoteAddress, port } = at;
  const scope = isLoopback(localAddress) || isLoopback(remoteAddress) ? netns : '';
  return `${scope} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}

function groupOfTranslation({ netns, tuple }: Translation): string {
  return groupOf({
    ...{ netns, ...tuple },
    port: tuple.direction === 'outbound' ? tuple.remotePort : tuple.localPort,
  });
}
