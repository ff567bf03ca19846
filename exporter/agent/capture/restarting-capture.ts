import { FatalError } from '../fatal-error.ts';
import type { Log } from '../log.ts';
import { isResourceError } from '../native/resource-error.ts';
import type { Capture, Reading } from './capture.ts';
import type { CaptureCandidate, CaptureTrial, OpenedCapture } from './capture-candidate.ts';

/** A candidate that fails again within this time (ms) is replaced by the next. */
export const PROBATION = 10 * 60_000;

/** How long to wait (ms) before trying all candidates again when none could be started. */
export const RETRY_AFTER = 10_000;

/** How long a capture can lack descriptors or memory (ms) before it counts as failed. */
export const EXHAUSTION = 30_000;

/** Better candidates than the one in use are tried again after this time (ms), which doubles up to the second one. */
export const FIRST_UPGRADE = 60_000;
export const LAST_UPGRADE = 3_600_000;

export interface RestartingCapture extends Capture {
  /** How often the capture failed and was restarted or replaced. */
  readonly restarts: number;
}

export interface RestartOptions {
  /** All candidates, the best one first. */
  readonly candidates: readonly CaptureCandidate[];
  readonly open: (candidate: CaptureCandidate) => Promise<OpenedCapture | CaptureTrial>;
  /** Whether the user requested this capture, so that no other may replace it. */
  readonly isOnlyOne: boolean;
  readonly log?: Log | undefined;
  /** Monotonic milliseconds. */
  readonly uptime?: () => number;
}

/**
 * A capture that survives failures of its source. A reading for which descriptors or memory are lacking is tried again:
 * the kernel goes on counting meanwhile. A candidate that fails otherwise, or for `EXHAUSTION`, is restarted at once. If
 * it fails again within `PROBATION`, the next one replaces it. If none can be started, reads fail, and all candidates are
 * tried again every `RETRY_AFTER`. Better candidates than the one in use are tried again without end. Connections open
 * at a restart count as pre-existing, as at the first start.
 */
export function createRestartingCapture(start: OpenedCapture, options: RestartOptions): RestartingCapture {
  const { candidates, open, isOnlyOne, log, uptime = () => performance.now() } = options;
  const failedAt = new Map<CaptureCandidate, number>();
  let current = start;
  let unread: Reading | undefined = start.first;
  let down: { readonly since: number; readonly reason: string } | undefined;
  let exhaustedSince: number | undefined;
  let upgradeDelay = FIRST_UPGRADE;
  let upgradeAt = uptime() + upgradeDelay;
  let restarts = 0;
  /** Counts the captures, restarted and replaced ones included. */
  let generation = 0;
  let alive = true;
  let closed = false;
  let lastRead: Promise<unknown> = Promise.resolve();

  async function readOrRestart(): Promise<Reading> {
    if (closed) throw new Error('the capture is closed');
    if (down && uptime() - down.since < RETRY_AFTER) throw new Error(down.reason);
    if (down) await openFirst(candidates, down.reason);
    try {
      const reading = withGeneration(unread ?? (await current.capture.read()), generation);
      unread = undefined;
      recover();
      return reading;
    } catch (error) {
      if (closed || error instanceof FatalError) throw error;
      if (isResourceError(error) && isPatient(error as Error)) throw error;
      await replace((error as Error).message);
      return readOrRestart();
    }
  }

  function isPatient({ message }: Error): boolean {
    if (exhaustedSince === undefined) {
      exhaustedSince = uptime();
      log?.warn('the capture lacks a resource, retrying', {
        capture: current.candidate.name,
        reason: message,
      });
    }
    return uptime() - exhaustedSince < EXHAUSTION;
  }

  function recover(): void {
    if (exhaustedSince === undefined) return;
    exhaustedSince = undefined;
    log?.info('the capture reads again', { capture: current.candidate.name });
  }

  async function replace(reason: string): Promise<void> {
    const { candidate, capture } = current;
    capture.close();
    alive = false;
    exhaustedSince = undefined;
    log?.warn('capture failed', { capture: candidate.name, reason });
    const isOnProbation = uptime() - (failedAt.get(candidate) ?? Number.NEGATIVE_INFINITY) < PROBATION;
    if (!isOnProbation) upgradeDelay = FIRST_UPGRADE;
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
      const event = candidate === current.candidate ? 'capture restarted' : 'capture replaced';
      use(opened, event);
      restarts++;
      upgradeAt = uptime() + upgradeDelay;
      return;
    }
    const why = isOnlyOne ? `--capture is ${current.candidate.name}` : 'no other capture works';
    if (!down)
      log?.warn('capture not restarted, retrying', { reason: why, 'retry.seconds': RETRY_AFTER / 1000 });
    down = { since: uptime(), reason };
    throw new Error(reason);
  }

  function use(opened: OpenedCapture, event: string): void {
    if (closed) {
      opened.capture.close();
      throw new Error('the capture is closed');
    }
    log?.warn(`${event}: open connections are treated as pre-existing`, { capture: opened.candidate.name });
    current = opened;
    alive = true;
    unread = opened.first;
    down = undefined;
    generation++;
  }

  /** Right after a reading, so that what the replaced capture does not see is as little as possible. */
  async function upgrade(): Promise<void> {
    const better = candidates.slice(0, candidates.indexOf(current.candidate));
    if (closed || better.length === 0 || uptime() < upgradeAt) return;
    upgradeDelay = Math.min(upgradeDelay * 2, LAST_UPGRADE);
    upgradeAt = uptime() + upgradeDelay;
    for (const candidate of better) {
      const opened = await open(candidate);
      if (!('capture' in opened)) continue;
      const { capture } = current;
      use(opened, 'capture replaced by a better one');
      capture.close();
      return;
    }
  }

  async function readAndUpgrade(): Promise<Reading> {
    const reading = await readOrRestart();
    await upgrade();
    return reading;
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
      const result = lastRead.then(readAndUpgrade);
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
