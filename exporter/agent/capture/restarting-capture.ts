import { FatalError } from '../fatal-error.ts';
import type { Log } from '../log.ts';
import type { Capture, Reading } from './capture.ts';
import type { CaptureCandidate, CaptureTrial, OpenedCapture } from './capture-candidate.ts';

/** A candidate that fails again within this time (ms) is replaced by the next. */
export const PROBATION = 10 * 60_000;

/** How long to wait (ms) before trying all candidates again when none could be started. */
export const RETRY_AFTER = 10_000;

export interface RestartingCapture extends Capture {
  /** How often the capture failed and was restarted or replaced. */
  readonly restarts: number;
}

export interface RestartOptions {
  /** The candidates left, the opened one first. */
  readonly candidates: readonly CaptureCandidate[];
  readonly open: (candidate: CaptureCandidate) => Promise<OpenedCapture | CaptureTrial>;
  /** Whether the user requested this capture, so that no other may replace it. */
  readonly isOnlyOne: boolean;
  readonly log?: Log | undefined;
  /** Monotonic milliseconds. */
  readonly uptime?: () => number;
}

/**
 * A capture that survives failures of its source. A candidate that fails a read is restarted at once. If it fails
 * again within `PROBATION`, the next one replaces it for good. If none can be started, reads fail, and all candidates
 * are tried again every `RETRY_AFTER`. Connections open at a restart count as pre-existing, as at the first start.
 */
export function createRestartingCapture(start: OpenedCapture, options: RestartOptions): RestartingCapture {
  const { candidates, open, isOnlyOne, log, uptime = () => performance.now() } = options;
  const failedAt = new Map<CaptureCandidate, number>();
  let current = start;
  let unread: Reading | undefined = start.first;
  let down: { readonly since: number; readonly reason: string } | undefined;
  let restarts = 0;
  let alive = true;
  let closed = false;
  let lastRead: Promise<unknown> = Promise.resolve();

  async function readOrRestart(): Promise<Reading> {
    if (closed) throw new Error('the capture is closed');
    if (down && uptime() - down.since < RETRY_AFTER) throw new Error(down.reason);
    if (down) await openFirst(candidates, down.reason);
    try {
      const reading = unread ?? (await current.capture.read());
      unread = undefined;
      return withGeneration(reading, restarts);
    } catch (error) {
      if (closed || error instanceof FatalError) throw error;
      await replace((error as Error).message);
      return readOrRestart();
    }
  }

  async function replace(reason: string): Promise<void> {
    const { candidate, capture } = current;
    capture.close();
    alive = false;
    log?.warn('capture failed', { capture: candidate.name, reason });
    const isOnProbation = uptime() - (failedAt.get(candidate) ?? Number.NEGATIVE_INFINITY) < PROBATION;
    failedAt.set(candidate, uptime());
    const left = candidates.slice(candidates.indexOf(candidate) + (isOnProbation ? 1 : 0));
    await openFirst(left, `capture ${candidate.name} failed: ${reason}`);
  }

  /** Opens the first candidate that works. If none does, throws `reason`, as do later reads until the next attempt. */
  async function openFirst(left: readonly CaptureCandidate[], reason: string): Promise<void> {
    for (const candidate of left) {
      const opened = await open(candidate);
      if (!('capture' in opened)) {
        if (!down)
          log?.warn('capture not available', { capture: candidate.name, reason: opened.missing ?? '' });
        continue;
      }
      if (closed) {
        opened.capture.close();
        throw new Error('the capture is closed');
      }
      const event = candidate === current.candidate ? 'capture restarted' : 'capture replaced';
      log?.warn(`${event}: open connections are treated as pre-existing`, { capture: candidate.name });
      current = opened;
      alive = true;
      unread = opened.first;
      down = undefined;
      restarts++;
      return;
    }
    const why = isOnlyOne ? `--capture is ${current.candidate.name}` : 'no other capture works';
    if (!down)
      log?.warn('capture not restarted, retrying', { reason: why, 'retry.seconds': RETRY_AFTER / 1000 });
    down = { since: uptime(), reason };
    throw new Error(reason);
  }

  return {
    get name() {
      return current.candidate.name;
    },
    get restarts() {
      return restarts;
    },
    read() {
      // One after the other: a read during a replacement waits for the new capture.
      const result = lastRead.then(readOrRestart);
      lastRead = result.catch(() => {});
      return result;
    },
    close() {
      closed = true;
      if (alive) current.capture.close();
    },
  };
}

/** Every capture numbers its ids from the start: those of later ones are prefixed, so that none is used twice. */
function withGeneration(reading: Reading, generation: number): Reading {
  if (generation === 0) return reading;
  const observations = reading.observations.map((seen) => ({ ...seen, id: `~${generation} ${seen.id}` }));
  return { ...reading, observations };
}
