import type { Log } from './log.ts';

/** Milliseconds. */
const PERIOD = 60_000;

type Fields = Parameters<Log['warn']>[1];

/**
 * Warns of each kind of event at most once a minute. The next line of that kind has the number of events since the one
 * before, if there were several.
 */
export function createLimitedWarning(
  log: Log,
  uptime: () => number = () => performance.now(),
): (message: string, fields?: Fields) => void {
  const kinds = new Map<string, { at: number; omitted: number }>();
  return (message, fields = {}) => {
    const kind = kinds.get(message);
    if (kind && uptime() - kind.at < PERIOD) {
      kind.omitted++;
      return;
    }
    const events = kind && kind.omitted > 0 ? { events: kind.omitted + 1 } : {};
    kinds.set(message, { at: uptime(), omitted: 0 });
    log.warn(message, { ...fields, ...events });
  };
}
