import { FatalError } from '../fatal-error.ts';
import type { Capture, CaptureName, Reading } from './capture.ts';
import type { PollingOptions } from './polling/create-polling-capture.ts';

/** Something that keeps a capture from working, and what to do about it. */
export interface Obstacle {
  readonly what: string;
  readonly remedy: string;
}

/** One way to look at sockets, and what it gives that the next one does not. */
export interface Rung {
  readonly name: CaptureName;
  readonly gives: string;
  /** Makes the capture. Throws when this host does not offer it. */
  create(options: PollingOptions): Capture;
  /** What is in the way, asked with the error when it does not work; none where only the error can tell. */
  obstacles?(options: PollingOptions, error: Error): readonly Obstacle[];
}

/** How a rung fared when it was tried. */
export interface Trial {
  readonly name: CaptureName;
  readonly gives: string;
  /** Why it cannot be used; absent when it can. */
  readonly missing?: string;
  /** What to do about that. */
  readonly remedies?: readonly string[];
}

/** A capture that works, and what it read to prove it. */
export interface Opened {
  readonly rung: Rung;
  readonly capture: Capture;
  readonly first: Reading;
}

/**
 * Tries a rung for real: it must read the sockets. What it read first is handed over with it, as that defines which
 * connections are older than the capture.
 */
export async function openRung(rung: Rung, options: PollingOptions): Promise<Opened | Trial> {
  let capture: Capture | undefined;
  try {
    capture = rung.create(options);
    return { rung, capture, first: await capture.read() };
  } catch (error) {
    capture?.close();
    if (error instanceof FatalError) throw error;
    const obstacles = rung.obstacles?.(options, error as Error) ?? [];
    const { name, gives } = rung;
    if (obstacles.length === 0) return { name, gives, missing: (error as Error).message };
    return {
      name,
      gives,
      missing: obstacles.map(({ what }) => what).join(', '),
      remedies: [...new Set(obstacles.map(({ remedy }) => remedy))],
    };
  }
}
