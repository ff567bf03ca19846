import { beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import type { ConnectionTuple, Trace } from '../../capture/capture.ts';
import { createFlowTranslator, type FlowTranslator } from './flow-translator.ts';
import { createFakeTraceLog, type FakeTraceLog } from './trace-log.case.ts';
import type { Translation } from './translation.ts';

const NETNS = 7;
const A = { localAddress: '10.0.0.1', remoteAddress: '10.9.9.1', port: 8081 };
const B = { localAddress: '10.0.0.1', remoteAddress: '10.9.9.2', port: 8082 };
const [REFUSED] = [0];

const flow = (fields: Partial<Flow> = {}): Flow => ({
  ...{ netns: NETNS, transport: 'tcp', direction: 'outbound', pid: 20, image: 1, remotePid: undefined },
  ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, folded: false },
  ...{ open: 0, wasOpen: 0, opened: 0, rttSum: 0, rttCount: 0 },
  ...fields,
});

const tuple = (localPort: number): ConnectionTuple => ({
  ...{ transport: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort },
  ...{ remoteAddress: '10.96.0.1', remotePort: 80 },
});

const translation = (localPort: number, wire: Translation['wire']): Translation => ({
  ...{ netns: 1, tuple: tuple(localPort), wire },
});

let flows: FlowTranslator;
let log: FakeTraceLog;
let isTracing: boolean;
let now: number;

beforeEach(() => {
  flows = createFlowTranslator();
  log = createFakeTraceLog();
  isTracing = true;
  now = 0;
});

const learn = (...translations: readonly Translation[]) => flows.learn(translations, now);

/** Traces a connection that stays open, and returns its number. */
const open = (localPort: number, fields: Partial<Trace> = {}) =>
  log.begin({
    ...tuple(localPort),
    ...{ netns: NETNS, pid: 20, image: 1, state: 'open', counted: true, folded: false },
    ...fields,
  });

/** Traces a connection that is closed by now. */
const pass = (localPort: number, fields?: Partial<Trace>) => log.close(open(localPort, fields));

/** The flows of one cycle, without zeros. */
function translated(...seen: readonly Flow[]) {
  now += 2000;
  return flows
    .translate(seen, { log, upTo: log.count, isTracing }, () => [], now)
    .map(({ pid, remoteAddress: to, port, folded, open, opened, transmittedBytes, failed }) => ({
      ...{ pid, at: folded ? 'other' : `${to}:${port}` },
      ...(open && { open }),
      ...(opened && { opened }),
      ...(transmittedBytes && { transmittedBytes }),
      ...(failed && { failed }),
    }));
}

it('returns the same flows if nothing is translated', () => {
  const seen = [flow({ open: 1 })];
  open(1);
  expect(flows.translate(seen, { log, upTo: 1, isTracing }, () => [], 0)[0]).toBe(seen[0]);
});

it('translates a whole flow with all its counts if all of it goes to one server', () => {
  learn(translation(1, A), translation(2, A));
  pass(1);
  open(2);
  const setup = { counts: [2, 0, 0, 0, 0, 0, 0, 0], sum: 0.001 };
  const whole = flow({ open: 1, opened: 2, receivedBytes: 7, rttSum: 3, rttCount: 1, setup });
  expect(flows.translate([whole], { log, upTo: log.count, isTracing }, () => [], 0)).toEqual([
    { ...whole, ...A, originalAddress: '10.96.0.1' },
  ]);
});

it('splits a flow by the connections to each server, and its measurements in proportion', () => {
  learn(translation(1, A), translation(2, B), translation(3, B), translation(4, B));
  for (const port of [1, 2, 3, 4]) pass(port);
  expect(translated(flow({ opened: 4, transmittedBytes: 400 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1, transmittedBytes: 100 },
    { pid: 20, at: '10.9.9.2:8082', opened: 3, transmittedBytes: 300 },
  ]);
});

it('leaves connections that conntrack has not translated as they are', () => {
  learn(translation(1, A));
  for (const port of [1, 2, 3]) pass(port);
  expect(translated(flow({ opened: 3 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.96.0.1:80', opened: 2 },
  ]);
});

it('does not give a connection of another process the translation of one that is still connecting', () => {
  learn(translation(1, A));
  pass(2, { pid: 21 });
  expect(translated(flow({ pid: 21, opened: 1 }))).toEqual([{ pid: 21, at: '10.96.0.1:80', opened: 1 }]);
  pass(1);
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 1 }]);
});

it('replaces a translation by its update only while it is pending', () => {
  learn(translation(1, A), translation(2, A));
  pass(2);
  translated(flow({ opened: 1 }));
  learn({ ...translation(1, B), isUpdate: true }, { ...translation(2, B), isUpdate: true });
  pass(1);
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.2:8082', opened: 1 }]);
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 1 }]);
});

it('distinguishes connections of different processes to the same address', () => {
  learn(translation(1, A), translation(2, B));
  pass(1, { pid: 20 });
  pass(2, { pid: 21 });
  expect(translated(flow({ opened: 1 }), flow({ pid: 21, opened: 1 }), flow({ pid: 22, opened: 5 }))).toEqual(
    [
      { pid: 20, at: '10.9.9.1:8081', opened: 1 },
      { pid: 21, at: '10.9.9.2:8082', opened: 1 },
      { pid: 22, at: '10.96.0.1:80', opened: 5 },
    ],
  );
});

it('distinguishes connections that use one port in turn', () => {
  learn(translation(1, A), translation(1, B));
  pass(1, { pid: 20 });
  pass(1, { pid: 21 });
  expect(translated(flow({ opened: 1 }), flow({ pid: 21, opened: 1 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 21, at: '10.9.9.2:8082', opened: 1 },
  ]);
});

it('attributes neither of two connections on the same port, of which only one is translated', () => {
  learn(translation(1, A));
  pass(1, { pid: 20 });
  open(1, { pid: 21 });
  const seen = [flow({ opened: 1 }), flow({ pid: 21, opened: 1, open: 1 }), flow({ pid: 22, opened: 1 })];
  expect(translated(...seen)).toEqual([
    { pid: 20, at: 'other', opened: 1 },
    { pid: 21, at: 'other', opened: 1, open: 1 },
    { pid: 22, at: '10.96.0.1:80', opened: 1 },
  ]);
  expect(flows.unattributed).toEqual({ lost: 0, ambiguous: 2 });
});

it('attributes failures to the server that failed', () => {
  learn(translation(1, A), translation(2, B));
  pass(1);
  open(2, { state: { failed: REFUSED as number }, counted: false });
  expect(translated(flow({ opened: 1, failed: [1, 0, 0, 0, 0, 0, 0] }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.9.9.2:8082', failed: [1, 0, 0, 0, 0, 0, 0] },
  ]);
});

describe('connections that are open', () => {
  it('stay with their server until they are closed', () => {
    learn(translation(1, A), translation(2, B));
    const [one] = [open(1), open(2)];
    expect(translated(flow({ open: 2, opened: 2 }))).toMatchObject([{ open: 1 }, { open: 1 }]);
    log.close(one);
    // Its last bytes are counted a cycle later, and divided between both.
    expect(translated(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', transmittedBytes: 5 },
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 5 },
    ]);
    expect(translated(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 10 },
    ]);
  });

  it('and older than the capture are not counted as opened', () => {
    learn(translation(1, A), translation(2, B), translation(3, B));
    for (const port of [1, 2, 3, 4]) open(port, { counted: false });
    const expected = [
      { pid: 20, at: '10.9.9.1:8081', open: 1 },
      { pid: 20, at: '10.9.9.2:8082', open: 2 },
      { pid: 20, at: '10.96.0.1:80', open: 1 },
    ];
    expect(translated(flow({ open: 4 }))).toEqual(expected);
    expect(translated(flow({ open: 4 }))).toEqual(expected);
  });

  it('and were opened after the capture was read are not counted before the capture counts them', () => {
    learn(translation(1, A));
    open(1);
    expect(translated(flow({ open: 1, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 1, opened: 1 },
    ]);
    learn(translation(2, A));
    open(2);
    expect(translated(flow({ open: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', open: 1 }]);
    expect(translated(flow({ open: 2, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 2, opened: 1 },
    ]);
  });

  it('are not attributed above the limit of those that are tracked one by one', () => {
    const count = 70_000;
    for (let port = 0; port < count; port++) {
      learn(translation(port, A));
      open(port);
    }
    expect(translated(flow({ open: count, opened: count }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 65_536, opened: count },
      { pid: 20, at: 'other', open: count - 65_536 },
    ]);
  });
});

describe('if traces are lost', () => {
  it('attributes none of the connections that may have been translated', () => {
    learn(translation(1, A), translation(2, B));
    pass(1);
    pass(2);
    pass(3);
    log.lose();
    pass(4);
    learn(translation(4, A));
    expect(translated(flow({ opened: 3 }), flow({ pid: 21, opened: 3 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', opened: 1 },
      { pid: 20, at: 'other', opened: 2 },
      { pid: 21, at: '10.96.0.1:80', opened: 1 },
      { pid: 21, at: 'other', opened: 2 },
    ]);
    expect(flows.unattributed).toEqual({ lost: 4, ambiguous: 0 });
  });

  it('nor those that the capture counts up to two cycles later', () => {
    learn(translation(1, A));
    pass(1);
    log.lose();
    expect(translated()).toEqual([]);
    const other = { pid: 20, at: 'other', opened: 1 };
    expect([translated(flow({ opened: 1 })), translated(flow({ opened: 1 }))]).toEqual([[other], [other]]);
    expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 1 }]);
  });

  it('nor those from before the capture began to trace', () => {
    learn(translation(1, A), translation(2, A));
    isTracing = false;
    expect(translated()).toEqual([]);
    isTracing = true;
    pass(2);
    expect(translated(flow({ opened: 2 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', opened: 1 },
      { pid: 20, at: 'other', opened: 1 },
    ]);
  });

  it('does not know which connections have been closed', () => {
    learn(translation(1, A), translation(2, B));
    const [one] = [open(1), open(2)];
    expect(translated(flow({ open: 2, opened: 2 }))).toMatchObject([{ open: 1 }, { open: 1 }]);
    log.close(one);
    log.lose();
    expect(translated(flow({ open: 1 }))).toContainEqual({ pid: 20, at: 'other', open: 1 });
    expect(translated(flow({ open: 1 }))).toEqual([{ pid: 20, at: 'other', open: 1 }]);
    learn(translation(3, A));
    open(3);
    expect(translated(flow({ open: 2, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 1, opened: 1 },
      { pid: 20, at: 'other', open: 1 },
    ]);
  });
});

it('keeps a connection attempt pending until it succeeds or fails', () => {
  learn(translation(1, A));
  expect(translated()).toEqual([]);
  pass(1);
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 1 }]);
});

it('attributes a connection that was traced in the cycle before its endpoint was known', () => {
  open(1);
  expect(translated()).toEqual([]);
  learn({ ...translation(1, A), isLate: true });
  expect(translated(flow({ open: 1, opened: 1 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', open: 1, opened: 1 },
  ]);
});

it('attributes a connection without a process to the only flow that may contain it', () => {
  learn(translation(1, A), translation(2, B));
  pass(1, { pid: undefined, image: undefined });
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 1 }]);
  pass(2, { pid: undefined, image: undefined });
  expect(translated(flow({ opened: 1 }), flow({ pid: 21 }))).toMatchObject([{ at: 'other', opened: 1 }, {}]);
});

it('drops none of 100,000 connections that begin and are attributed in one cycle', () => {
  const ports = Array.from({ length: 100_000 }, (_, port) => port);
  flows.learn(
    ports.map((port) => translation(port, A)),
    now,
  );
  for (const port of ports) pass(port);
  expect(translated(flow({ opened: 100_000 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 100_000 }]);
  expect(flows.dropped).toBe(0);
});

it('keeps a limited number of translations, counts those it drops, and attributes no connection that may be theirs', () => {
  flows.learn(
    Array.from({ length: 140_000 }, (_, i) => translation(i, i % 2 ? A : B)),
    now,
  );
  expect(flows.dropped).toBe(140_000 - 131_072);
  translated();
  expect(flows.dropped).toBe(140_000 - 16_384);
  open(1);
  expect(translated(flow({ opened: 5 }))).toEqual([{ pid: 20, at: 'other', opened: 5 }]);
  now += 200_000;
  translated();
  expect(translated(flow({ opened: 5 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 5 }]);
});

it('keeps the loopback addresses of network namespaces separate', () => {
  const local = { localAddress: '127.0.0.1' };
  const loopback = { ...translation(1, A), tuple: { ...tuple(1), ...local } };
  learn(loopback);
  pass(1, { ...local, netns: 2 });
  expect(translated(flow({ ...local, netns: 2, opened: 1 }))).toMatchObject([{ at: '10.96.0.1:80' }]);
  pass(1, { ...local, netns: 1 });
  expect(translated(flow({ ...local, netns: 1, opened: 1 }))).toMatchObject([{ at: '10.9.9.1:8081' }]);
});

it('distinguishes networks with the same addresses by the namespace, and otherwise does not attribute', () => {
  learn({ ...translation(1, A), netns: 8 }, { ...translation(1, B), netns: 9 });
  pass(1, { netns: 9, pid: 21 });
  pass(1, { netns: 8 });
  const own = [flow({ netns: 9, pid: 21, opened: 1 }), flow({ netns: 8, opened: 1 })];
  expect(translated(...own)).toMatchObject([{ at: '10.9.9.2:8082' }, { at: '10.9.9.1:8081' }]);
  learn({ ...translation(1, A), netns: 1 }, { ...translation(1, B), netns: 2 });
  pass(1, { netns: 8 });
  pass(1, { netns: 9, pid: 21 });
  expect(translated(...own)).toMatchObject([{ at: 'other' }, { at: 'other' }]);
  expect(flows.unattributed).toEqual({ lost: 0, ambiguous: 2 });
});

it('starts again with the log of another capture', () => {
  learn(translation(1, A));
  open(1);
  expect(translated(flow({ open: 1, opened: 1 }))).toMatchObject([{ at: '10.9.9.1:8081' }]);
  log = createFakeTraceLog();
  learn(translation(2, B));
  open(2);
  expect(translated(flow({ open: 1, opened: 1 }))).toEqual([
    { pid: 20, at: '10.9.9.2:8082', open: 1, opened: 1 },
  ]);
});
