import { FatalError } from '../fatal-error.ts';
import type { MissingRequirement } from '../missing-requirement.ts';
import { isResourceError } from '../native/resource-error.ts';
import { readFileLimit } from '../proc/file-limit.ts';
import type { Capture, CaptureName, Reading } from './capture.ts';
import type { PollingOptions } from './polling/create-polling-capture.ts';

/** A way to read sockets that may work on this host. */
export interface CaptureCandidate {
  readonly name: CaptureName;
  /** What it provides that the next candidate does not. */
  readonly provides: string;
  /** Throws where this host does not support it. */
  create(options: PollingOptions): Capture;
  /** What this host lacks, given the error of a failed start; empty where only the error explains it. */
  missingRequirements?(options: PollingOptions, error: Error): readonly MissingRequirement[];
}

/** The result of trying a candidate. */
export interface CaptureTrial {
  readonly name: CaptureName;
  readonly provides: string;
  /** Why it cannot be used; absent if it can. */
  readonly missing?: string;
  readonly remedies?: readonly string[];
  /** What it read; absent if it cannot be used. */
  readonly first?: Reading;
}

/** A capture that works, and what it read to prove it. */
export interface OpenedCapture {
  readonly candidate: CaptureCandidate;
  readonly capture: Capture;
  readonly first: Reading;
}

/**
 * Starts a candidate and reads the sockets once to prove that it works. The first reading is part of the result, as it
 * defines which connections are older than the capture.
 */
export async function openCandidate(
  candidate: CaptureCandidate,
  options: PollingOptions,
): Promise<OpenedCapture | CaptureTrial> {
  let capture: Capture | undefined;
  try {
    capture = candidate.create(options);
    return { candidate, capture, first: await capture.read() };
  } catch (error) {
    capture?.close();
    if (error instanceof FatalError) throw error;
    const missing = lacksResource(error)
      ? [missingResource(error as Error)]
      : (candidate.missingRequirements?.(options, error as Error) ?? []);
    const { name, provides } = candidate;
    if (missing.length === 0) return { name, provides, missing: (error as Error).message };
    return {
      name,
      provides,
      missing: missing.map(({ what }) => what).join(', '),
      remedies: [...new Set(missing.map(({ remedy }) => remedy))],
    };
  }
}

/** Below this limit a lack of descriptors has other symptoms, too: libbpf reports EINVAL. */
const ENOUGH_FILES = 128;

function lacksResource(error: unknown): boolean {
  if (isResourceError(error)) return true;
  const { code = '' } = error as NodeJS.ErrnoException;
  return readFileLimit() < ENOUGH_FILES && !['EPERM', 'EACCES'].includes(code);
}

/** No privilege helps a process that has run out of descriptors or memory. */
function missingResource({ message }: Error): MissingRequirement {
  const limit = readFileLimit();
  const what = limit < ENOUGH_FILES ? `${message} with a limit of ${limit} open files` : message;
  return { what, remedy: 'raise the limits of the agent: LimitNOFILE= and MemoryMax= in systemd' };
}
