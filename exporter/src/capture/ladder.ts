import { loadLibc } from '../native/libc.ts';
import type { Capture, CaptureName } from './capture.ts';
import { createPollingCapture, type PollingOptions } from './polling/create-polling-capture.ts';
import { createProcfsTable } from './procfs/socket-table.ts';
import { createSockdiagTable } from './sockdiag/socket-table.ts';

/** One way to look at sockets, and what it gives that the next one does not. */
interface Rung {
  readonly name: CaptureName;
  readonly gives: string;
  /** Makes the capture. Throws when this host does not offer it. */
  create(options: PollingOptions): Capture;
}

/** Best first. */
const RUNGS: readonly Rung[] = [
  {
    name: 'sockdiag',
    gives: 'bytes, round-trip times and retransmits',
    create: (options) =>
      createPollingCapture('sockdiag', createSockdiagTable(loadLibc(), options.procRoot), options),
  },
  {
    name: 'procfs',
    gives: 'dependencies and their connections',
    create: (options) => createPollingCapture('procfs', createProcfsTable(options.procRoot), options),
  },
];

/** How a rung fared when it was tried. */
export interface Trial {
  readonly name: CaptureName;
  readonly gives: string;
  /** Why it cannot be used; absent when it can. */
  readonly missing?: string;
}

/** Tries one rung for real: it must read the sockets of the own network namespace. */
async function tryRung(rung: Rung, options: PollingOptions): Promise<Trial> {
  const { name, gives } = rung;
  let capture: Capture | undefined;
  try {
    capture = rung.create({ ...options, netns: 'self' });
    await capture.read();
    return { name, gives };
  } catch (error) {
    return { name, gives, missing: (error as Error).message };
  } finally {
    capture?.close();
  }
}

/** Tries every rung. */
export async function tryCaptures(options: PollingOptions): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const rung of RUNGS) trials.push(await tryRung(rung, options));
  return trials;
}

/** No capture works here; `trials` tells why for each. */
export class NoCaptureError extends Error {
  readonly code = 'ERR_NO_CAPTURE';
  constructor(trials: readonly Trial[]) {
    super(`no capture works: ${trials.map(({ name, missing }) => `${name}: ${missing}`).join('; ')}`);
    this.name = 'NoCaptureError';
  }
}

/**
 * The best capture that works, or the one asked for, with what was tried before it. Throws `NoCaptureError`.
 */
export async function chooseCapture(
  wanted: 'auto' | CaptureName,
  options: PollingOptions,
): Promise<{ capture: Capture; passedOver: readonly Trial[] }> {
  const passedOver: Trial[] = [];
  for (const rung of RUNGS) {
    if (wanted !== 'auto' && wanted !== rung.name) continue;
    const trial = await tryRung(rung, options);
    if (trial.missing === undefined) return { capture: rung.create(options), passedOver };
    passedOver.push(trial);
  }
  throw new NoCaptureError(passedOver);
}
