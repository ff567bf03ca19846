import { FatalError } from '../fatal-error.ts';
import type { Log } from '../log.ts';
import type { Capture, Reading } from './capture.ts';
import type { Opened, Rung, Trial } from './rung.ts';

/** A rung that dies again within this time is left for the next, in ms. */
export const PROBATION = 10 * 60_000;

/** How long to wait where nothing took over, before every rung is tried again, in ms. */
export const RETRY_AFTER = 10_000;

export interface LastingCapture extends Capture {
  /** How often the capture died and was started anew or replaced. */
  readonly restarts: number;
}

export interface LastingOptions {
  /** What is left to fall back on, the opened one first. */
  readonly rungs: readonly Rung[];
  readonly open: (rung: Rung) => Promise<Opened | Trial>;
  /** Whether this capture and no other was asked for. */
  readonly isOnlyOne: boolean;
  readonly log?: Log | undefined;
  /** Milliseconds since any time, never set. */
  readonly uptime?: () => number;
}

/**
 * A capture that outlives the death of its source. A rung that fails a pass is started anew at once. If it dies again
 * within `PROBATION`, the next takes over for good. If none does, passes fail and all rungs are tried again every
 * `RETRY_AFTER`. What is open when a rung starts counts as older than the capture, as at the very start.
 */
export function createLastingCapture(start: Opened, options: LastingOptions): LastingCapture {
  const { rungs, open, isOnlyOne, log, uptime = () => performance.now() } = options;
  const diedAt = new Map<Rung, number>();
  let current = start;
  let unread: Reading | undefined = start.first;
  let down: { readonly since: number; readonly reason: string } | undefined;
  let restarts = 0;
  let alive = true;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function pass(): Promise<Reading> {
    if (closed) throw new Error('the capture is closed');
    if (down && uptime() - down.since < RETRY_AFTER) throw new Error(down.reason);
    if (down) await climb(rungs, down.reason);
    try {
      const seen = unread ?? (await current.capture.read());
      unread = undefined;
      return withGeneration(seen, restarts);
    } catch (error) {
      if (closed || error instanceof FatalError) throw error;
      await replace((error as Error).message);
      return pass();
    }
  }

  async function replace(reason: string): Promise<void> {
    const { rung, capture } = current;
    capture.close();
    alive = false;
    log?.warn('the capture died', { capture: rung.name, reason });
    const isOnProbation = uptime() - (diedAt.get(rung) ?? Number.NEGATIVE_INFINITY) < PROBATION;
    diedAt.set(rung, uptime());
    const left = rungs.slice(rungs.indexOf(rung) + (isOnProbation ? 1 : 0));
    await climb(left, `the capture ${rung.name} died: ${reason}`);
  }

  /** Opens the first rung that works. Throws `reason`, and so does every pass for a while, when none does. */
  async function climb(candidates: readonly Rung[], reason: string): Promise<void> {
    for (const rung of candidates) {
      const opened = await open(rung);
      if (!('capture' in opened)) {
        if (!down) log?.warn('capture not available', { capture: rung.name, reason: opened.missing ?? '' });
        continue;
      }
      if (closed) {
        opened.capture.close();
        throw new Error('the capture is closed');
      }
      log?.warn('a capture takes over: what is open now counts as older than it', { capture: rung.name });
      current = opened;
      alive = true;
      unread = opened.first;
      down = undefined;
      restarts++;
      return;
    }
    const why = isOnlyOne ? `--capture asks for ${current.rung.name}` : 'none other works';
    if (!down) log?.warn('no other capture takes over', { reason: why, 'retry.seconds': RETRY_AFTER / 1000 });
    down = { since: uptime(), reason };
    throw new Error(reason);
  }

  return {
    get name() {
      return current.rung.name;
    },
    get restarts() {
      return restarts;
    },
    read() {
      // One after the other: a pass that is wanted while a capture is being replaced waits for the new one.
      const result = turn.then(pass);
      turn = result.catch(() => {});
      return result;
    },
    close() {
      closed = true;
      if (alive) current.capture.close();
    },
  };
}

/** Each capture counts its ids from the start: those of a later one are marked, to collide with none before it. */
function withGeneration(pass: Reading, generation: number): Reading {
  if (generation === 0) return pass;
  const observations = pass.observations.map((seen) => ({ ...seen, id: `~${generation} ${seen.id}` }));
  return { ...pass, observations };
}
