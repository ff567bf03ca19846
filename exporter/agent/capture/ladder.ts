import type { Log } from '../log.ts';
import type { CaptureName, Reading } from './capture.ts';
import { createLastingCapture, type LastingCapture } from './lasting-capture.ts';
import type { PollingOptions } from './polling/create-polling-capture.ts';
import { openRung, type Trial } from './rung.ts';
import { RUNGS } from './rungs.ts';

/** A trial, with what was read where it went well. */
export type ProvenTrial = Trial & { readonly first?: Reading };

/** Tries every rung once. */
export async function tryCaptures(options: PollingOptions): Promise<ProvenTrial[]> {
  const trials: ProvenTrial[] = [];
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
