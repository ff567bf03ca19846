import { isLoopback } from '../../net/address.ts';
import type { Place, Translation } from './translation.ts';

/** Translated connections of which the capture has not told whose they are, by the ends that flows have. */
export interface Waiting {
  /** One that is told `again` takes the place of what was told before, if that still waits. */
  add(translations: readonly Translation[], now: number): void;
  /** Takes out those that `isTold` tells, and those that have waited too long. */
  sift(isTold: (translation: Translation) => boolean, now: number): void;
  /** Takes out the one that has begun last, which is the likeliest, at a place where flows look for it. */
  take(group: string): Translation | undefined;
  /** Lets no more wait on than a bounded number: those that have waited longest give way. */
  trim(): void;
  /** All at such a place, in the order in which they began. */
  at(group: string): readonly Translation[];
  readonly size: number;
  /** Those that have given way so far. */
  readonly dropped: number;
}

/** The kernel gives up an attempt to connect after some 130 s (net.ipv4.tcp_syn_retries); in ms. */
const PATIENCE = 135_000;
/** Most of those that have just begun are told in the very pass: more than the kernel tells of in one. */
const MOST_NEW = 131_072;
const MOST = 16_384;

export function createWaiting(): Waiting {
  const groups = new Map<string, { translation: Translation; since: number }[]>();
  let size = 0;
  let dropped = 0;

  return {
    add(translations, now) {
      for (const translation of translations) {
        const group = groupOfEnd(translation);
        const ends = groups.get(group);
        if (translation.again) {
          const at = ends?.findLastIndex((known) => isSameEnd(known.translation, translation)) ?? -1;
          if (at !== -1) ends?.splice(at, 1, { translation, since: now });
          continue;
        }
        if (size >= MOST_NEW) {
          dropped++;
          continue;
        }
        if (ends) ends.push({ translation, since: now });
        else groups.set(group, [{ translation, since: now }]);
        size++;
      }
    },
    sift(isTold, now) {
      for (const [group, ends] of groups) {
        const left = ends.filter(({ translation, since }) => !isTold(translation) && now - since <= PATIENCE);
        size -= ends.length - left.length;
        if (left.length > 0) groups.set(group, left);
        else groups.delete(group);
      }
    },
    take(group) {
      const ends = groups.get(group);
      const last = ends?.pop();
      if (last) size--;
      if (ends?.length === 0) groups.delete(group);
      return last?.translation;
    },
    trim() {
      // The group that has waited longest comes first.
      for (const [group, ends] of groups) {
        if (size <= MOST) return;
        const gone = ends.splice(0, size - MOST).length;
        size -= gone;
        dropped += gone;
        if (ends.length === 0) groups.delete(group);
      }
    },
    at: (group) => groups.get(group)?.map(({ translation }) => translation) ?? [],
    get size() {
      return size;
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Within a group. */
function isSameEnd({ end: one }: Translation, { end: other }: Translation): boolean {
  return one.localPort === other.localPort && one.remotePort === other.remotePort;
}

/** What flows have in common that hold such a connection. Loopback means another thing in each network namespace. */
export function groupOf(at: Place & { netns: number; transport: string; direction: string }): string {
  const { netns, transport, direction, localAddress, remoteAddress, port } = at;
  const where = isLoopback(localAddress) || isLoopback(remoteAddress) ? netns : '';
  return `${where} ${transport} ${direction} ${port} ${localAddress} ${remoteAddress}`;
}

function groupOfEnd({ netns, end }: Translation): string {
  return groupOf({ netns, ...end, port: end.direction === 'outbound' ? end.remotePort : end.localPort });
}
