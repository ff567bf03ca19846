import { beforeEach, expect, it } from 'vitest';
import { FatalError } from '../fatal-error.ts';
import { createLog } from '../log.ts';
import type { CaptureName, Observation, Reading } from './capture.ts';
import { type CaptureCandidate, openCandidate } from './capture-candidate.ts';
import {
  createRestartingCapture,
  EXHAUSTION,
  FIRST_UPGRADE,
  LAST_UPGRADE,
  PROBATION,
  RETRY_AFTER,
} from './restarting-capture.ts';

const OPTIONS = { procRoot: '/proc', netns: 'self' } as const;

/** A candidate that the test controls. */
interface FakeCandidate extends CaptureCandidate {
  /** Why it cannot be created. */
  absent: string | undefined;
  /** Why reading fails, thrown as it is. */
  broken: Error | undefined;
  /** Captures created, and those not closed yet. */
  made: number;
  alive: number;
  reads: number;
  /** Reading waits for it. */
  gate: Promise<unknown> | undefined;
}

function fakeCandidate(name: CaptureName): FakeCandidate {
  const candidate: FakeCandidate = {
    name,
    provides: '',
    absent: undefined,
    broken: undefined,
    made: 0,
    alive: 0,
    reads: 0,
    gate: undefined,
    create() {
      if (candidate.absent) throw new Error(candidate.absent);
      candidate.made++;
      candidate.alive++;
      let isOpen = true;
      let reads = 0;
      return {
        name,
        async read() {
          candidate.reads++;
          await candidate.gate;
          if (candidate.broken) throw candidate.broken;
          return readingOf(`${name} ${++reads}`);
        },
        close() {
          if (!isOpen) throw new Error(`${name} closed twice`);
          isOpen = false;
          candidate.alive--;
        },
      };
    },
  };
  return candidate;
}

function readingOf(id: string): Reading {
  return {
    observations: [{ id } as Observation],
    listeners: [],
    sockets: 1,
    namespaces: [],
    hiddenProcesses: 0,
  };
}

const failure = () => new Error('EIO');
const exhausted = () => Object.assign(new Error('open failed: EMFILE'), { code: 'EMFILE' });

let now: number;
let lines: string;
let ebpf: FakeCandidate;
let sockdiag: FakeCandidate;
let procfs: FakeCandidate;

beforeEach(() => {
  now = 1000;
  lines = '';
  [ebpf, sockdiag, procfs] = [fakeCandidate('ebpf'), fakeCandidate('sockdiag'), fakeCandidate('procfs')];
});

/** A capture opened from one of the candidates, by default the first. */
async function begin(
  candidates: readonly CaptureCandidate[] = [ebpf, sockdiag, procfs],
  isOnlyOne = false,
  first = candidates[0] as CaptureCandidate,
) {
  const open = (candidate: CaptureCandidate) => openCandidate(candidate, OPTIONS);
  const start = await open(first);
  if (!('capture' in start)) throw new Error(start.missing);
  const log = createLog((line) => {
    lines += line;
  });
  const capture = createRestartingCapture(start, { candidates, open, isOnlyOne, log, uptime: () => now });
  /** The ids of a reading, or why it failed. */
  const read = () =>
    capture.read().then(
      ({ observations }) => observations.map(({ id }) => id).join(),
      (error) => `${error}`,
    );
  return { capture, read };
}

/** Makes the next read of a candidate fail, and no later one. */
function failOnce(candidate: FakeCandidate): void {
  const { create } = candidate;
  candidate.broken = failure();
  candidate.create = (options) => {
    candidate.broken = undefined;
    return create(options);
  };
}

it('returns the reading that proved the capture first, then reads with the same capture', async () => {
  const { capture, read } = await begin();
  expect(await read()).toBe('ebpf 1');
  expect(ebpf.reads).toBe(1);
  expect(await read()).toBe('ebpf 2');
  expect(ebpf.made).toBe(1);
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 0 });
  capture.close();
  expect(ebpf.alive).toBe(0);
  expect(lines).toBe('');
});

it('restarts a failed candidate within the same read, with ids that are not reused', async () => {
  const { capture, read } = await begin();
  await read();
  failOnce(ebpf);
  expect(await read()).toBe('~1 ebpf 1');
  expect(await read()).toBe('~1 ebpf 2');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 1 });
  expect(ebpf).toMatchObject({ made: 2, alive: 1 });
  expect(lines).toMatch(
    /^level=warn msg="capture failed" capture=ebpf reason=EIO\n.*"capture restarted: .*" capture=ebpf\n$/,
  );
});

it('replaces a candidate that fails again soon by the next one', async () => {
  const { capture, read } = await begin();
  await read();
  failOnce(ebpf);
  await read();
  now += PROBATION - 1;
  failOnce(ebpf);
  expect(await read()).toBe('~2 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 2 });
  expect(ebpf).toMatchObject({ made: 2, alive: 0 });
  expect(sockdiag).toMatchObject({ made: 1, alive: 1 });
});

it('restarts a candidate again when its last failure is long ago', async () => {
  const { capture, read } = await begin();
  await read();
  for (let restarts = 1; restarts < 4; restarts++) {
    failOnce(ebpf);
    expect(await read()).toBe(`~${restarts} ebpf 1`);
    now += PROBATION;
  }
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 3 });
});

it('restarts the next candidate once, too, before it is replaced', async () => {
  const { capture, read } = await begin();
  await read();
  failOnce(ebpf);
  await read();
  failOnce(ebpf);
  await read();
  failOnce(sockdiag);
  await read();
  expect(capture.name).toBe('sockdiag');
  failOnce(sockdiag);
  await read();
  expect(capture).toMatchObject({ name: 'procfs', restarts: 4 });
});

it.each([
  [
    'cannot be created again',
    (candidate: FakeCandidate) => void Object.assign(candidate, { absent: 'no CAP_BPF', broken: failure() }),
  ],
  [
    'fails again when it is restarted',
    (candidate: FakeCandidate) => void Object.assign(candidate, { broken: failure() }),
  ],
])('replaces at once a candidate that %s', async (_title, spoil) => {
  const { capture, read } = await begin();
  await read();
  spoil(ebpf);
  expect(await read()).toBe('~1 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 1 });
  expect(ebpf.alive).toBe(0);
  expect(lines).toMatch(/msg="capture not available" capture=ebpf reason=("no CAP_BPF"|EIO)\n/);
});

it('replaces a capture once when several reads are waiting', async () => {
  const { read } = await begin();
  await read();
  const gate = Promise.withResolvers<void>();
  ebpf.gate = gate.promise;
  const readings = [read(), read(), read()];
  await Promise.resolve();
  failOnce(ebpf);
  gate.resolve();
  expect(await Promise.all(readings)).toEqual(['~1 ebpf 1', '~1 ebpf 2', '~1 ebpf 3']);
  expect(ebpf).toMatchObject({ made: 2, alive: 1 });
});

it('fails reads when no candidate can be started, and tries all of them again later', async () => {
  const { capture, read } = await begin();
  await read();
  for (const candidate of [ebpf, sockdiag, procfs]) candidate.broken = failure();
  const message = 'Error: capture ebpf failed: EIO';
  expect(await read()).toBe(message);
  expect(lines).toContain(
    'msg="capture not restarted, retrying" reason="no other capture works" retry.seconds=10\n',
  );
  const logged = lines;
  const { made } = procfs;
  now += RETRY_AFTER - 1;
  expect(await read()).toBe(message);
  expect(procfs.made).toBe(made);
  now += 1;
  expect(await read()).toBe(message);
  expect(procfs.made).toBe(made + 1);
  expect(lines).toBe(logged);
  sockdiag.broken = undefined;
  now += RETRY_AFTER;
  expect(await read()).toBe('~1 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 1 });
  capture.close();
  expect([ebpf.alive, sockdiag.alive, procfs.alive]).toEqual([0, 0, 0]);
});

it('never replaces a requested capture, and logs why', async () => {
  const { capture, read } = await begin([ebpf], true);
  await read();
  failOnce(ebpf);
  expect(await read()).toBe('~1 ebpf 1');
  failOnce(ebpf);
  expect(await read()).toBe('Error: capture ebpf failed: EIO');
  expect(lines).toMatch(
    /msg="capture not restarted, retrying" reason="--capture is ebpf" retry.seconds=10\n$/,
  );
  now += RETRY_AFTER;
  expect(await read()).toBe('~2 ebpf 1');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 2 });
});

it('rethrows a fatal error without a restart', async () => {
  const { read } = await begin();
  await read();
  ebpf.broken = new FatalError('stranded', 'ERR_STRANDED');
  expect(await read()).toBe('FatalError: stranded');
  expect(ebpf.made).toBe(1);
  expect(sockdiag.made).toBe(0);
});

it('leaves no capture open when it is closed during a replacement', async () => {
  const { capture, read } = await begin();
  await read();
  const gate = Promise.withResolvers<void>();
  ebpf.broken = failure();
  ebpf.absent = 'gone';
  sockdiag.gate = gate.promise;
  const last = read();
  await expect.poll(() => sockdiag.made).toBe(1);
  capture.close();
  gate.resolve();
  expect(await last).toBe('Error: the capture is closed');
  expect(await read()).toBe('Error: the capture is closed');
  expect([ebpf.alive, sockdiag.alive, procfs.made]).toEqual([0, 0, 0]);
});

it('retries a reading that lacks descriptors or memory, with the same capture', async () => {
  const { capture, read } = await begin();
  await read();
  ebpf.broken = exhausted();
  for (let i = 0; i < 3; i++) {
    expect(await read()).toBe('Error: open failed: EMFILE');
    now += EXHAUSTION / 3 - 1;
  }
  ebpf.broken = undefined;
  expect(await read()).toMatch(/^ebpf \d$/);
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 0 });
  expect(ebpf.made).toBe(1);
  expect(lines).toBe(
    'level=warn msg="the capture lacks a resource, retrying" capture=ebpf reason="open failed: EMFILE"\n' +
      'level=info msg="the capture reads again" capture=ebpf\n',
  );
});

it('replaces a capture that lacks a resource for long, and names the limit', async () => {
  const { capture, read } = await begin();
  await read();
  ebpf.broken = exhausted();
  await read();
  now += EXHAUSTION;
  expect(await read()).toBe('~1 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 1 });
  expect(lines).toContain('msg="capture not available" capture=ebpf reason="open failed: EMFILE"');
});

it('tries better candidates again without end, and less often each time', async () => {
  const { capture, read } = await begin(undefined, false, procfs);
  ebpf.absent = sockdiag.absent = 'no CAP_BPF';
  let tries = 0;
  const { create } = ebpf;
  ebpf.create = (options) => {
    tries++;
    return create(options);
  };
  const times: number[] = [];
  const start = now;
  while (now - start < 5 * LAST_UPGRADE) {
    await read();
    if (tries > times.length) times.push((now - start) / FIRST_UPGRADE);
    now += FIRST_UPGRADE;
  }
  expect(times).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  ebpf.absent = undefined;
  now += LAST_UPGRADE;
  expect(await read()).toMatch(/^procfs /);
  expect(await read()).toBe('~1 ebpf 1');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 0 });
  expect([ebpf.alive, sockdiag.alive, procfs.alive]).toEqual([1, 0, 0]);
  expect(lines).toBe(
    'level=warn msg="capture replaced by a better one: open connections are treated as pre-existing" capture=ebpf\n',
  );
});

it('returns to the best candidate after it had failed twice', async () => {
  const { capture, read } = await begin();
  await read();
  failOnce(ebpf);
  await read();
  failOnce(ebpf);
  expect(await read()).toBe('~2 sockdiag 1');
  now += FIRST_UPGRADE;
  expect(await read()).toBe('~2 sockdiag 2');
  expect(await read()).toBe('~3 ebpf 1');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 2 });
  expect(sockdiag.alive).toBe(0);
});
