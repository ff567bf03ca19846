import { beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import type { ConnectionTuple, Trace } from '../../capture/capture.ts';
import { createTranslateFlows, type TranslateFlows } from './translate-flows.ts';
import type { Translation } from './translation.ts';

const NETNS = 7;
const A = { localAddress: '10.0.0.1', remoteAddress: '10.9.9.1', port: 8081 };
const B = { localAddress: '10.0.0.1', remoteAddress: '10.9.9.2', port: 8082 };
const [REFUSED] = [0];

const flow = (fields: Partial<Flow> = {}): Flow => ({
  ...{ netns: NETNS, transport: 'tcp', direction: 'outbound', pid: 20, image: 1, remotePid: undefined },
  ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, folded: false },
  ...{ open: 0, opened: 0, rttSum: 0, rttCount: 0 },
  ...fields,
});

function translation(localPort: number, place: Translation['place']): Translation {
  const from = { transport: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort } as const;
  return { netns: 1, end: { ...from, remoteAddress: '10.96.0.1', remotePort: 80 }, place };
}

let flows: TranslateFlows;
/** By the port of the end that asks. */
let traces: Map<number, Partial<Trace>>;
let now: number;

beforeEach(() => {
  flows = createTranslateFlows();
  traces = new Map();
  now = 0;
});

const traceOf = ({ localPort, localAddress }: ConnectionTuple): Trace | undefined => {
  const trace = traces.get(localPort);
  return trace && { netns: NETNS, pid: 20, image: 1, localAddress, state: 'closed', counted: true, ...trace };
};

const learn = (...translations: readonly Translation[]) => flows.learn(translations, now);

/** What one pass tells, without what is 0. */
function told(...seen: readonly Flow[]) {
  now += 2000;
  return flows
    .translate(seen, traceOf, () => [], now)
    .map(({ pid, remoteAddress: to, port, open, opened, transmittedBytes, failed }) => ({
      ...{ pid, at: `${to}:${port}` },
      ...(open && { open }),
      ...(opened && { opened }),
      ...(transmittedBytes && { transmittedBytes }),
      ...(failed && { failed }),
    }));
}

it('leaves flows alone, to the very objects, where nothing is translated', () => {
  const seen = [flow({ open: 1 })];
  expect(flows.translate(seen, traceOf, () => [], 0)).toBe(seen);
});

it('puts a flow at the one place to which all of it goes, with all its counts', () => {
  learn(translation(1, A), translation(2, A));
  traces.set(1, {}).set(2, { state: 'open' });
  const setup = { counts: [2, 0, 0, 0, 0, 0, 0, 0], sum: 0.001 };
  const whole = flow({ open: 1, opened: 2, receivedBytes: 7, rttSum: 3, rttCount: 1, setup });
  expect(flows.translate([whole], traceOf, () => [], 0)).toEqual([
    { ...whole, ...A, originalAddress: '10.96.0.1' },
  ]);
});

it('splits a flow by the connections of each place, exactly, and what it measured in proportion', () => {
  learn(translation(1, A), translation(2, B), translation(3, B), translation(4, B));
  for (const port of [1, 2, 3, 4]) traces.set(port, {});
  expect(told(flow({ opened: 4, transmittedBytes: 400 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1, transmittedBytes: 100 },
    { pid: 20, at: '10.9.9.2:8082', opened: 3, transmittedBytes: 300 },
  ]);
});

it('leaves at its own place what conntrack has not translated', () => {
  learn(translation(1, A));
  traces.set(1, {});
  expect(told(flow({ opened: 3 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.96.0.1:80', opened: 2 },
  ]);
});

it('takes what is told again in the place of what was told before, and only where that still waits', () => {
  learn(translation(1, A), translation(2, A));
  traces.set(2, {});
  told(flow({ opened: 1 }));
  learn({ ...translation(1, B), again: true }, { ...translation(2, B), again: true });
  traces.set(1, {});
  expect(told(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.2:8082', opened: 1 }]);
  expect(told(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 1 }]);
});

it('does not give a process what another has asked for by the same address', () => {
  learn(translation(1, A), translation(2, B));
  traces.set(1, { pid: 20 }).set(2, { pid: 21 });
  expect(told(flow({ opened: 1 }), flow({ pid: 21, opened: 1 }), flow({ pid: 22, opened: 5 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 21, at: '10.9.9.2:8082', opened: 1 },
    { pid: 22, at: '10.96.0.1:80', opened: 5 },
  ]);
});

it('gives failures to the place that failed', () => {
  learn(translation(1, A), translation(2, B));
  traces.set(1, {}).set(2, { state: { failed: REFUSED as number }, counted: false });
  expect(told(flow({ opened: 1, failed: [1, 0, 0, 0, 0, 0, 0] }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.9.9.2:8082', failed: [1, 0, 0, 0, 0, 0, 0] },
  ]);
});

describe('connections that are open', () => {
  it('stay with their place until that one ends', () => {
    learn(translation(1, A), translation(2, B));
    traces.set(1, { state: 'open' }).set(2, { state: 'open' });
    expect(told(flow({ open: 2, opened: 2 }))).toMatchObject([{ open: 1 }, { open: 1 }]);
    traces.set(1, { state: 'closed' });
    // What it sent last is told a pass later: both had a part in it.
    expect(told(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', transmittedBytes: 5 },
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 5 },
    ]);
    expect(told(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 10 },
    ]);
  });

  it('that are older than the capture are told by conntrack, until their traces tell', () => {
    learn(translation(1, A), translation(2, B), translation(3, B));
    const open = [
      { pid: 20, at: '10.9.9.1:8081', open: 1 },
      { pid: 20, at: '10.9.9.2:8082', open: 2 },
    ];
    expect(told(flow({ open: 3 }))).toEqual(open);
    for (const port of [1, 2, 3]) traces.set(port, { state: 'open', counted: false });
    expect(told(flow({ open: 3 }))).toEqual(open);
    expect(told(flow({ open: 3 }))).toEqual(open);
  });

  it('opened after the capture was read are not counted before it counts them', () => {
    learn(translation(1, A));
    traces.set(1, { state: 'open' });
    expect(told(flow({ open: 1, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 1, opened: 1 },
    ]);
    learn(translation(2, A));
    traces.set(2, { state: 'open' });
    expect(told(flow({ open: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', open: 1 }]);
    expect(told(flow({ open: 2, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 2, opened: 1 },
    ]);
  });
});

it('splits by conntrack’s counts what the capture has forgotten', () => {
  learn(translation(1, A), translation(2, B), translation(3, B));
  expect(told(flow({ opened: 3 }))).toEqual([
    { pid: 20, at: '10.9.9.2:8082', opened: 2 },
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
  ]);
});

it('waits for an attempt to connect until it came to something', () => {
  learn(translation(1, A));
  expect(told()).toEqual([]);
  traces.set(1, {});
  expect(told(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 1 }]);
});

it('gives up none of 100,000 that begin and are told in one pass', () => {
  flows.learn(
    Array.from({ length: 100_000 }, (_, i) => translation(i, A)),
    now,
  );
  expect(told(flow({ opened: 100_000 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 100_000 }]);
  expect(flows.dropped).toBe(0);
});

it('keeps a bounded number of them, and counts those it gives up', () => {
  flows.learn(
    Array.from({ length: 140_000 }, (_, i) => translation(i, i % 2 ? A : B)),
    now,
  );
  expect(flows.dropped).toBe(140_000 - 131_072);
  told();
  expect(flows.dropped).toBe(140_000 - 16_384);
  now += 200_000;
  expect(told(flow({ opened: 5 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 5 }]);
});

it('tells from one namespace’s loopback what another’s is', () => {
  const local = { localAddress: '127.0.0.1' };
  const { end, place } = translation(1, A);
  learn({ netns: 1, end: { ...end, ...local }, place });
  traces.set(1, { netns: 2 });
  expect(told(flow({ ...local, netns: 2, opened: 1 }))).toMatchObject([{ at: '10.96.0.1:80' }]);
  traces.set(1, { netns: 1 });
  expect(told(flow({ ...local, netns: 1, opened: 1 }))).toMatchObject([{ at: '10.9.9.1:8081' }]);
});
