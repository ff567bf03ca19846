import type { Log } from '../log.ts';
import type { CaptureName } from './capture.ts';
import { type CaptureTrial, openCandidate } from './capture-candidate.ts';
import { CAPTURE_CANDIDATES } from './capture-candidates.ts';
import type { PollingOptions } from './polling/create-polling-capture.ts';
import { createRestartingCapture, type RestartingCapture } from './restarting-capture.ts';

/** Tries every candidate once. */
export async function tryCaptures(options: PollingOptions): Promise<CaptureTrial[]> {
  const trials: CaptureTrial[] = [];
  for (const candidate of CAPTURE_CANDIDATES) {
    const opened = await openCandidate(candidate, options);
    if ('capture' in opened) {
      opened.capture.close();
      const { name, provides } = candidate;
      trials.push({ name, provides, first: opened.first });
    } else trials.push(opened);
  }
  return trials;
}

/** No capture works on this host. The message gives the reason for each. */
export class NoCaptureError extends Error {
  readonly code = 'ERR_NO_CAPTURE';
  constructor(trials: readonly CaptureTrial[]) {
    super(`no capture works: ${trials.map(({ name, missing }) => `${name}: ${missing}`).join('; ')}`);
    this.name = 'NoCaptureError';
  }
}

/**
 * The best capture that works, or the requested one, with the candidates that were tried before it and are
 * unavailable. If it fails later it is restarted, then, unless it was requested, replaced by the next candidate. Better
 * candidates are tried again later.
 * Throws `NoCaptureError`.
 */
export async function chooseCapture(
  requested: 'auto' | CaptureName,
  options: PollingOptions,
  log?: Log,
): Promise<{ capture: RestartingCapture; unavailable: readonly CaptureTrial[] }> {
  const candidates = CAPTURE_CANDIDATES.filter(({ name }) => requested === 'auto' || requested === name);
  const unavailable: CaptureTrial[] = [];
  for (const candidate of candidates) {
    const opened = await openCandidate(candidate, options);
    if ('capture' in opened) {
      const capture = createRestartingCapture(opened, {
        candidates,
        open: (next) => openCandidate(next, options),
        isOnlyOne: requested !== 'auto',
        log,
      });
      return { capture, unavailable };
    }
    unavailable.push(opened);
  }
  throw new NoCaptureError(unavailable);
}
