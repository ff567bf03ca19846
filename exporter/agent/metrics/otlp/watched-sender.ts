import { readFileSync, statSync } from 'node:fs';
import type { OtlpSettings } from '../../settings.ts';
import { type OpenSender, openSender } from './open-sender.ts';
import type { Sender } from './sender.ts';

export interface WatchedSender {
  current(): Sender;
  /** Opens the sender again if its settings or certificate files have changed. Rejects, and keeps it, if that fails. */
  refresh(settings?: OtlpSettings): Promise<void>;
}

/** A sender that follows its settings and certificate files, which are replaced before they expire. */
export async function watchSender(
  initial: OtlpSettings,
  open: OpenSender = openSender,
): Promise<WatchedSender> {
  const context = { readFile: (path: string) => readFileSync(path), clock: Date.now };
  let settings = initial;
  let stamp = stampOf(initial);
  let sender = await open(initial, context);

  return {
    current: () => sender,
    async refresh(next = settings) {
      const nextStamp = stampOf(next);
      if (nextStamp === stamp) return;
      const replacement = await open(next, context);
      sender.close();
      sender = replacement;
      settings = next;
      stamp = nextStamp;
    },
  };
}

/** Changes with the settings, and with the files that they name. */
function stampOf(settings: OtlpSettings): string {
  const { ca, cert, key } = settings.tls;
  const files = [ca, cert, key].map((path) => {
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return stat && [stat.ino, stat.size, stat.mtimeMs];
  });
  return JSON.stringify([settings, files]);
}
