import { beforeEach, expect, it } from 'vitest';
import { FatalError } from '../fatal-error.ts';
import { createLog } from '../log.ts';
import type { CaptureName, Observation, Reading } from './capture.ts';
import { createLastingCapture, PROBATION, RETRY_AFTER } from './lasting-capture.ts';
import { openRung, type Rung } from './rung.ts';

const OPTIONS = { procRoot: '/proc', netns: 'self' } as const;

/** A rung under a test's control. */
interface FakeRung extends Rung {
  /** Why it cannot be created. */
  absent: string | undefined;
  /** Why reading fails, thrown as it is. */
  broken: Error | undefined;
  /** Captures made, and those not closed. */
  made: number;
  alive: number;
  reads: number;
  /** Reading waits for it. */
  gate: Promise<unknown> | undefined;
}

function fakeRung(name: CaptureName): FakeRung {
  const rung: FakeRung = {
    name,
    gives: '',
    absent: undefined,
    broken: undefined,
    made: 0,
    alive: 0,
    reads: 0,
    gate: undefined,
    create() {
      if (rung.absent) throw new Error(rung.absent);
      rung.made++;
      rung.alive++;
      let isOpen = true;
      let passes = 0;
      return {
        name,
        async read() {
          rung.reads++;
          await rung.gate;
          if (rung.broken) throw rung.broken;
          return passOf(`${name} ${++passes}`);
        },
        close() {
          if (!isOpen) throw new Error(`${name} closed twice`);
          isOpen = false;
          rung.alive--;
        },
      };
    },
  };
  return rung;
}

function passOf(id: string): Reading {
  return {
    observations: [{ id } as Observation],
    listeners: [],
    sockets: 1,
    namespaces: [],
    hiddenProcesses: 0,
  };
}

const death = () => new Error('EIO');

let now: number;
let lines: string;
let ebpf: FakeRung;
let sockdiag: FakeRung;
let procfs: FakeRung;

beforeEach(() => {
  now = 1000;
  lines = '';
  [ebpf, sockdiag, procfs] = [fakeRung('ebpf'), fakeRung('sockdiag'), fakeRung('procfs')];
});

/** A capture that starts with the first of some rungs. */
async function begin(rungs: readonly Rung[] = [ebpf, sockdiag, procfs], isOnlyOne = false) {
  const open = (rung: Rung) => openRung(rung, OPTIONS);
  const start = await open(rungs[0] as Rung);
  if (!('capture' in start)) throw new Error(start.missing);
  const log = createLog((line) => {
    lines += line;
  });
  const capture = createLastingCapture(start, { rungs, open, isOnlyOne, log, uptime: () => now });
  /** The ids of a pass; or why it failed. */
  const read = () =>
    capture.read().then(
      ({ observations }) => observations.map(({ id }) => id).join(),
      (error) => `${error}`,
    );
  return { capture, read };
}

/** Lets a rung fail the next read and no later one. */
function failOnce(rung: FakeRung): void {
  const { create } = rung;
  rung.broken = death();
  rung.create = (options) => {
    rung.broken = undefined;
    return create(options);
  };
}

it('hands over the pass that proved the capture, and reads on by the same one', async () => {
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

it('starts a rung that dies anew within the same pass, under ids that are its own', async () => {
  const { capture, read } = await begin();
  await read();
  failOnce(ebpf);
  expect(await read()).toBe('~1 ebpf 1');
  expect(await read()).toBe('~1 ebpf 2');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 1 });
  expect(ebpf).toMatchObject({ made: 2, alive: 1 });
  expect(lines).toMatch(
    /^level=warn msg="the capture died" capture=ebpf reason=EIO\n.*takes over.*capture=ebpf\n$/,
  );
});

it('leaves a rung that dies again for the next one', async () => {
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

it('forgives a death that is long ago', async () => {
  const { capture, read } = await begin();
  await read();
  for (let restarts = 1; restarts < 4; restarts++) {
    failOnce(ebpf);
    expect(await read()).toBe(`~${restarts} ebpf 1`);
    now += PROBATION;
  }
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 3 });
});

it('gives the next rung a second start of its own', async () => {
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
    'cannot be created anew',
    (rung: FakeRung) => void Object.assign(rung, { absent: 'no CAP_BPF', broken: death() }),
  ],
  ['dies while it is created anew', (rung: FakeRung) => void Object.assign(rung, { broken: death() })],
])('steps down at once from a rung that %s', async (_title, spoil) => {
  const { capture, read } = await begin();
  await read();
  spoil(ebpf);
  expect(await read()).toBe('~1 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 1 });
  expect(ebpf.alive).toBe(0);
  expect(lines).toMatch(/msg="capture not available" capture=ebpf reason=("no CAP_BPF"|EIO)\n/);
});

it('replaces a capture once, though another pass is wanted meanwhile', async () => {
  const { read } = await begin();
  await read();
  const gate = Promise.withResolvers<void>();
  ebpf.gate = gate.promise;
  const passes = [read(), read(), read()];
  await Promise.resolve();
  failOnce(ebpf);
  gate.resolve();
  expect(await Promise.all(passes)).toEqual(['~1 ebpf 1', '~1 ebpf 2', '~1 ebpf 3']);
  expect(ebpf).toMatchObject({ made: 2, alive: 1 });
});

it('fails its passes where nothing takes over, and tries all again after a while', async () => {
  const { capture, read } = await begin();
  await read();
  for (const rung of [ebpf, sockdiag, procfs]) rung.broken = death();
  const failure = 'Error: the capture ebpf died: EIO';
  expect(await read()).toBe(failure);
  expect(lines).toContain('msg="no other capture takes over" reason="none other works" retry.seconds=10\n');
  const said = lines;
  const { made } = procfs;
  now += RETRY_AFTER - 1;
  expect(await read()).toBe(failure);
  expect(procfs.made).toBe(made);
  now += 1;
  expect(await read()).toBe(failure);
  expect(procfs.made).toBe(made + 1);
  expect(lines).toBe(said);
  sockdiag.broken = undefined;
  now += RETRY_AFTER;
  expect(await read()).toBe('~1 sockdiag 1');
  expect(capture).toMatchObject({ name: 'sockdiag', restarts: 1 });
  capture.close();
  expect([ebpf.alive, sockdiag.alive, procfs.alive]).toEqual([0, 0, 0]);
});

it('never leaves the only one that was asked for, and tells why', async () => {
  const { capture, read } = await begin([ebpf], true);
  await read();
  failOnce(ebpf);
  expect(await read()).toBe('~1 ebpf 1');
  failOnce(ebpf);
  expect(await read()).toBe('Error: the capture ebpf died: EIO');
  expect(lines).toMatch(
    /msg="no other capture takes over" reason="--capture asks for ebpf" retry.seconds=10\n$/,
  );
  now += RETRY_AFTER;
  expect(await read()).toBe('~2 ebpf 1');
  expect(capture).toMatchObject({ name: 'ebpf', restarts: 2 });
});

it('passes an error on after which the process must not go on', async () => {
  const { read } = await begin();
  await read();
  ebpf.broken = new FatalError('stranded', 'ERR_STRANDED');
  expect(await read()).toBe('FatalError: stranded');
  expect(ebpf.made).toBe(1);
  expect(sockdiag.made).toBe(0);
});

it('leaves no capture behind when it is closed while one takes over', async () => {
  const { capture, read } = await begin();
  await read();
  const gate = Promise.withResolvers<void>();
  ebpf.broken = death();
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
