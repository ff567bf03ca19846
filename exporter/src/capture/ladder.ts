import type { Log } from '../log.ts';
import { loadLibc } from '../native/libc.ts';
import type { CaptureName, Pass } from './capture.ts';
import { createLastingCapture, type LastingCapture } from './lasting-capture.ts';
import { createPollingCapture, type PollingOptions } from './polling/create-polling-capture.ts';
import { createProcfsTable } from './procfs/socket-table.ts';
import { openRung, type Rung, type Trial } from './rung.ts';
import { createSockdiagTable } from './sockdiag/socket-table.ts';

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

/** Tries every rung once; those that work with what they read. */
export async function tryCaptures(options: PollingOptions): Promise<(Trial & { first?: Pass })[]> {
  const trials: (Trial & { first?: Pass })[] = [];
  for (const rung of RUNGS) {
    const opened = await openRung(rung, options);
    if ('capture' in opened) {
      opened.capture.close();
      trials.push({ name: rung.name, gives: rung.gives, first: opened.first });
    } else trials.push(opened);
  }
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
 * The best capture that works, or the one asked for, with what was tried before it. Should it die, it is started
 * anew, and then, unless it was asked for, left for the next. Throws `NoCaptureError`.
 */
export async function chooseCapture(
  wanted: 'auto' | CaptureName,
  options: PollingOptions,
  log?: Log,
): Promise<{ capture: LastingCapture; passedOver: readonly Trial[] }> {
  const rungs = RUNGS.filter(({ name }) => wanted === 'auto' || wanted === name);
  const passedOver: Trial[] = [];
  for (const [i, rung] of rungs.entries()) {
    const opened = await openRung(rung, options);
    if ('capture' in opened) {
      const capture = createLastingCapture(opened, {
        rungs: rungs.slice(i),
        open: (next) => openRung(next, options),
        isOnlyOne: wanted !== 'auto',
        log,
      });
      return { capture, passedOver };
    }
    passedOver.push(opened);
  }
  throw new NoCaptureError(passedOver);
}
