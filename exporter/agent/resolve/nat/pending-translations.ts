import { isLoopback } from '../../net/address.ts';
import type { Translation, WireAddresses } from './translation.ts';

/** Translations whose connections the capture has not attributed to a flow yet, in groups of possible flows. */
export interface PendingTranslations {
  /** Adds translations. An update replaces the earlier one if that is still pending. */
  add(translations: readonly Translation[], now: number): void;
  /** Removes those that match `isAttributed`, and those that have been pending for too long. */
  removeIf(isAttributed: (translation: Translation) => boolean, now: number): void;
  /** Removes and returns the latest of a group: the most likely one. */
  take(group: string): Translation | undefined;
  /** Drops the groups that have been pending longest, down to a limit. */
  trim(): void;
  /** All of a group, oldest first. */
  in(group: string): readonly Translation[];
  readonly size: number;
  /** Number dropped so far. */
  readonly dropped: number;
}

/** The kernel abandons a connection attempt after some 130 s (net.ipv4.tcp_syn_retries); in ms. */
const KEEP_FOR = 135_000;
/** The limit within a cycle, in which most new ones are attributed: above what the kernel can report in one. */
const MAX_NEW = 131_072;
/** The limit between cycles. */
const MAX_PENDING = 16_384;

export function createPendingTranslations(): PendingTranslations {
  const groups = new Map<string, { translation: Translation; since: number }[]>();
  let size = 0;
  let dropped = 0;

  return {
    add(translations, now) {
      for (const translation of translations) {
        const group = groupOfTranslation(translation);
        const entries = groups.get(group);
        if (translation.isUpdate) {
          const at = entries?.findLastIndex((known) => isSame(known.translation, translation)) ?? -1;
          if (at !== -1) entries?.splice(at, 1, { translation, since: now });
          continue;
        }
        if (size >= MAX_NEW) {
          dropped++;
          continue;
        }
        if (entries) entries.push({ translation, since: now });
        else groups.set(group, [{ translation, since: now }]);
        size++;
      }
    },
    removeIf(isAttributed, now) {
      for (const [group, entries] of groups) {
        const left = entries.filter(
          ({ translation, since }) => !isAttributed(translation) && now - since <= KEEP_FOR,
        );
        size -= entries.length - left.length;
        if (left.length > 0) groups.set(group, left);
        else groups.delete(group);
      }
    },
    take(group) {
      const entries = groups.get(group);
      const last = entries?.pop();
      if (last) size--;
      if (entries?.length === 0) groups.delete(group);
      return last?.translation;
    },
    trim() {
      // The group that has been pending longest comes first.
      for (const [group, entries] of groups) {
        if (size <= MAX_PENDING) return;
        const removed = entries.splice(0, size - MAX_PENDING).length;
        size -= removed;
        dropped += removed;
        if (entries.length === 0) groups.delete(group);
      }
    },
    in: (group) => groups.get(group)?.map(({ translation }) => translation) ?? [],
    get size() {
      return size;
    },
    get dropped() {
      return dropped;
    },
  };
}

/** Within a group. */
function isSame({ tuple: one }: Translation, { tuple: other }: Translation): boolean {
  return one.localPort === other.localPort && one.remotePort === other.remotePort;
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
