import { beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import type { ConnectionTuple, Trace } from '../../capture/capture.ts';
import { createFlowTranslator, type FlowTranslator } from './flow-translator.ts';
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

function translation(localPort: number, wire: Translation['wire']): Translation {
  const from = { transport: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort } as const;
  return { netns: 1, tuple: { ...from, remoteAddress: '10.96.0.1', remotePort: 80 }, wire };
}

let flows: FlowTranslator;
/** By the client's port. */
let traces: Map<number, Partial<Trace>>;
let now: number;

beforeEach(() => {
  flows = createFlowTranslator();
  traces = new Map();
  now = 0;
});

const traceOf = ({ localPort, localAddress }: ConnectionTuple): Trace | undefined => {
  const trace = traces.get(localPort);
  return trace && { netns: NETNS, pid: 20, image: 1, localAddress, state: 'closed', counted: true, ...trace };
};

const learn = (...translations: readonly Translation[]) => flows.learn(translations, now);

/** The flows of one cycle, without zeros. */
function translated(...seen: readonly Flow[]) {
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

it('returns the same flows if nothing is translated', () => {
  const seen = [flow({ open: 1 })];
  expect(flows.translate(seen, traceOf, () => [], 0)).toBe(seen);
});

it('translates a whole flow with all its counts if all of it goes to one server', () => {
  learn(translation(1, A), translation(2, A));
  traces.set(1, {}).set(2, { state: 'open' });
  const setup = { counts: [2, 0, 0, 0, 0, 0, 0, 0], sum: 0.001 };
  const whole = flow({ open: 1, opened: 2, receivedBytes: 7, rttSum: 3, rttCount: 1, setup });
  expect(flows.translate([whole], traceOf, () => [], 0)).toEqual([
    { ...whole, ...A, originalAddress: '10.96.0.1' },
  ]);
});

it('splits a flow by the connections to each server, and its measurements in proportion', () => {
  learn(translation(1, A), translation(2, B), translation(3, B), translation(4, B));
  for (const port of [1, 2, 3, 4]) traces.set(port, {});
  expect(translated(flow({ opened: 4, transmittedBytes: 400 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1, transmittedBytes: 100 },
    { pid: 20, at: '10.9.9.2:8082', opened: 3, transmittedBytes: 300 },
  ]);
});

it('leaves connections that conntrack has not translated as they are', () => {
  learn(translation(1, A));
  traces.set(1, {});
  expect(translated(flow({ opened: 3 }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.96.0.1:80', opened: 2 },
  ]);
});

it('replaces a translation by its update only while it is pending', () => {
  learn(translation(1, A), translation(2, A));
  traces.set(2, {});
  translated(flow({ opened: 1 }));
  learn({ ...translation(1, B), isUpdate: true }, { ...translation(2, B), isUpdate: true });
  traces.set(1, {});
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.2:8082', opened: 1 }]);
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 1 }]);
});

it('distinguishes connections of different processes to the same address', () => {
  learn(translation(1, A), translation(2, B));
  traces.set(1, { pid: 20 }).set(2, { pid: 21 });
  expect(translated(flow({ opened: 1 }), flow({ pid: 21, opened: 1 }), flow({ pid: 22, opened: 5 }))).toEqual(
    [
      { pid: 20, at: '10.9.9.1:8081', opened: 1 },
      { pid: 21, at: '10.9.9.2:8082', opened: 1 },
      { pid: 22, at: '10.96.0.1:80', opened: 5 },
    ],
  );
});

it('attributes failures to the server that failed', () => {
  learn(translation(1, A), translation(2, B));
  traces.set(1, {}).set(2, { state: { failed: REFUSED as number }, counted: false });
  expect(translated(flow({ opened: 1, failed: [1, 0, 0, 0, 0, 0, 0] }))).toEqual([
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
    { pid: 20, at: '10.9.9.2:8082', failed: [1, 0, 0, 0, 0, 0, 0] },
  ]);
});

describe('connections that are open', () => {
  it('stay with their server until they are closed', () => {
    learn(translation(1, A), translation(2, B));
    traces.set(1, { state: 'open' }).set(2, { state: 'open' });
    expect(translated(flow({ open: 2, opened: 2 }))).toMatchObject([{ open: 1 }, { open: 1 }]);
    traces.set(1, { state: 'closed' });
    // Its last bytes are counted a cycle later, and divided between both.
    expect(translated(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', transmittedBytes: 5 },
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 5 },
    ]);
    expect(translated(flow({ open: 1, transmittedBytes: 10 }))).toEqual([
      { pid: 20, at: '10.9.9.2:8082', open: 1, transmittedBytes: 10 },
    ]);
  });

  it('that are older than the capture are attributed by conntrack, until they are traced', () => {
    learn(translation(1, A), translation(2, B), translation(3, B));
    const open = [
      { pid: 20, at: '10.9.9.1:8081', open: 1 },
      { pid: 20, at: '10.9.9.2:8082', open: 2 },
    ];
    expect(translated(flow({ open: 3 }))).toEqual(open);
    for (const port of [1, 2, 3]) traces.set(port, { state: 'open', counted: false });
    expect(translated(flow({ open: 3 }))).toEqual(open);
    expect(translated(flow({ open: 3 }))).toEqual(open);
  });

  it('that were opened after the capture was read are not counted before the capture counts them', () => {
    learn(translation(1, A));
    traces.set(1, { state: 'open' });
    expect(translated(flow({ open: 1, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 1, opened: 1 },
    ]);
    learn(translation(2, A));
    traces.set(2, { state: 'open' });
    expect(translated(flow({ open: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', open: 1 }]);
    expect(translated(flow({ open: 2, opened: 1 }))).toEqual([
      { pid: 20, at: '10.9.9.1:8081', open: 2, opened: 1 },
    ]);
  });
});

it('splits connections that the capture no longer traces by conntrack’s counts', () => {
  learn(translation(1, A), translation(2, B), translation(3, B));
  expect(translated(flow({ opened: 3 }))).toEqual([
    { pid: 20, at: '10.9.9.2:8082', opened: 2 },
    { pid: 20, at: '10.9.9.1:8081', opened: 1 },
  ]);
});

it('keeps a connection attempt pending until it succeeds or fails', () => {
  learn(translation(1, A));
  expect(translated()).toEqual([]);
  traces.set(1, {});
  expect(translated(flow({ opened: 1 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 1 }]);
});

it('drops none of 100,000 connections that begin and are attributed in one cycle', () => {
  flows.learn(
    Array.from({ length: 100_000 }, (_, i) => translation(i, A)),
    now,
  );
  expect(translated(flow({ opened: 100_000 }))).toEqual([{ pid: 20, at: '10.9.9.1:8081', opened: 100_000 }]);
  expect(flows.dropped).toBe(0);
});

it('keeps a limited number of translations, and counts those it drops', () => {
  flows.learn(
    Array.from({ length: 140_000 }, (_, i) => translation(i, i % 2 ? A : B)),
    now,
  );
  expect(flows.dropped).toBe(140_000 - 131_072);
  translated();
  expect(flows.dropped).toBe(140_000 - 16_384);
  now += 200_000;
  expect(translated(flow({ opened: 5 }))).toEqual([{ pid: 20, at: '10.96.0.1:80', opened: 5 }]);
});

it('keeps the loopback addresses of network namespaces separate', () => {
  const local = { localAddress: '127.0.0.1' };
  const { tuple, wire } = translation(1, A);
  learn({ netns: 1, tuple: { ...tuple, ...local }, wire });
  traces.set(1, { netns: 2 });
  expect(translated(flow({ ...local, netns: 2, opened: 1 }))).toMatchObject([{ at: '10.96.0.1:80' }]);
  traces.set(1, { netns: 1 });
  expect(translated(flow({ ...local, netns: 1, opened: 1 }))).toMatchObject([{ at: '10.9.9.1:8081' }]);
});
