/**
 * Random connections against a model of the truth: of several processes to the same addresses, translated or not, to
 * several backends, failing, short or open over many cycles, on ports that are used again, while the agent reads the
 * kernel's counts, traces and translations one after the other.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../aggregate/fold.ts';
import type { Trace } from '../../capture/capture.ts';
import { createFlowTranslator } from './flow-translator.ts';
import { createFakeTraceLog } from './trace-log.case.ts';
import type { Translation } from './translation.ts';

const LOCAL = '10.0.0.1';
const REMOTE = ['10.96.0.1', '10.96.0.2'];
const BACKENDS = ['10.9.9.1', '10.9.9.2'];
const NETNS = 7;
const [REFUSED] = [0];

interface Connection {
  readonly pid: number;
  readonly to: string;
  /** Where it is sent instead, if it is translated. */
  readonly backend: string | undefined;
  readonly port: number;
  readonly fails: boolean;
  step: Step;
  number: number;
  /** The cycle in which it was closed. */
  closedIn: number;
}

type Begun = Omit<Connection, 'step' | 'number' | 'closedIn'>;

/** In the kernel, a connection is traced before it is counted. */
type Step = 'connecting' | 'traced' | 'open' | 'closing' | 'closed';

interface Counts {
  opened: number;
  failed: number;
  open: number;
}

const begin = fc.record({
  pid: fc.constantFrom(20, 21),
  to: fc.constantFrom(...REMOTE),
  backend: fc.constantFrom(undefined, ...BACKENDS),
  port: fc.nat(5),
  fails: fc.boolean(),
});
const action = fc.oneof({ weight: 2, arbitrary: begin }, { weight: 5, arbitrary: fc.nat(9) });
/** Actions before the counts are read, before the end of the traces is read, before the translations are, and after. */
const oneCycle = fc.tuple(...[0, 1, 2, 3].map(() => fc.array(action, { maxLength: 8 })));
const cycles = fc.array(oneCycle, { minLength: 1, maxLength: 6 });

/** Kernel and agent. `size` is how many traces are kept. */
function createWorld(size?: number) {
  const flows = createFlowTranslator();
  const log = createFakeTraceLog(size);
  const connections: Connection[] = [];
  const counted = new Map<string, Counts>();
  const reported = new Map<string, Counts>();
  const unread: Translation[] = [];
  let read = new Map<string, Counts>();
  let cycle = 1;

  const countsOf = (counts: Map<string, Counts>, key: string): Counts => {
    const known = counts.get(key) ?? { opened: 0, failed: 0, open: 0 };
    counts.set(key, known);
    return known;
  };

  function connect(options: Begun): void {
    const { to, backend, port } = options;
    const isInUse = (other: Connection) => {
      if (other.to !== to || other.port !== port) return false;
      // Two connections on one port are distinct only if both are translated and traced.
      const isDistinct = other.backend !== undefined && backend !== undefined && size === undefined;
      return other.step !== 'closed' || (!isDistinct && other.closedIn >= cycle - 1);
    };
    if (connections.some(isInUse)) return;
    connections.push({ ...options, step: 'connecting', number: 0, closedIn: 0 });
    if (backend === undefined) return;
    const tuple = { localAddress: LOCAL, localPort: port, remoteAddress: to, remotePort: 80 };
    unread.push({
      netns: NETNS,
      tuple: { transport: 'tcp', direction: 'outbound', ...tuple },
      wire: { localAddress: LOCAL, remoteAddress: backend, port: 80 },
    });
  }

  function advance(connection: Connection): void {
    const { pid, to, port, fails, step } = connection;
    const counts = countsOf(counted, `${pid} ${to}`);
    if (step === 'connecting') {
      const state: Trace['state'] = fails ? { failed: REFUSED as number } : 'open';
      connection.number = log.begin({
        ...{ transport: 'tcp', direction: 'outbound', localAddress: LOCAL, localPort: port },
        ...{ remoteAddress: to, remotePort: 80, netns: NETNS, pid, image: 1, state },
        ...{ counted: !fails, folded: false },
      });
      connection.step = 'traced';
    } else if (step === 'traced') {
      counts[fails ? 'failed' : 'opened']++;
      if (!fails) counts.open++;
      connection.step = fails ? 'closed' : 'open';
      connection.closedIn = cycle;
    } else if (step === 'open') {
      log.close(connection.number);
      connection.step = 'closing';
    } else if (step === 'closing') {
      counts.open--;
      connection.step = 'closed';
      connection.closedIn = cycle;
    }
  }

  function act(actions: readonly (number | Begun)[]): void {
    for (const what of actions) {
      if (typeof what !== 'number') connect(what);
      const live = connections.filter(({ step }) => step !== 'closed');
      const chosen = typeof what === 'number' ? live[what % Math.max(1, live.length)] : undefined;
      if (chosen) advance(chosen);
    }
  }

  /** Counts what has been traced, which takes no longer than a moment. */
  function settle(): void {
    for (const connection of connections)
      if (connection.step === 'traced' || connection.step === 'closing') advance(connection);
  }

  /** What the agent sees of the counts: the changes since the last time. */
  function readFlows(): Flow[] {
    const last = read;
    read = new Map([...counted].map(([key, counts]) => [key, { ...counts }]));
    return [...read].map(([key, { opened, failed, open }]) => {
      const [pid, to = ''] = key.split(' ');
      const before = last.get(key);
      const refused = failed - (before?.failed ?? 0);
      return {
        ...{ netns: NETNS, transport: 'tcp', direction: 'outbound', pid: Number(pid), image: 1 },
        ...{ remotePid: undefined, localAddress: LOCAL, remoteAddress: to, port: 80, folded: false },
        ...{
          open,
          wasOpen: before?.open ?? 0,
          opened: opened - (before?.opened ?? 0),
          rttSum: 0,
          rttCount: 0,
        },
        ...(refused > 0 && { failed: [refused, 0, 0, 0, 0, 0, 0] }),
      };
    });
  }

  return {
    /** Runs a cycle, and checks that the parts add up to what was read. */
    run([before, ...during]: readonly Parameters<typeof act>[0][]) {
      settle();
      act(before ?? []);
      const seen = readFlows();
      act(during[0] ?? []);
      const upTo = log.count;
      act(during[1] ?? []);
      flows.learn(unread.splice(0), cycle);
      act(during[2] ?? []);
      const translated = flows.translate(seen, { log, upTo, isTracing: true }, () => [], cycle);
      cycle++;
      expect(totals(translated)).toEqual(totals(seen));
      for (const counts of reported.values()) counts.open = 0;
      for (const { pid, folded, remoteAddress, opened, open, failed } of translated) {
        const counts = countsOf(reported, `${pid} ${folded ? 'other' : remoteAddress}`);
        counts.opened += opened;
        counts.failed += failed?.[REFUSED as number] ?? 0;
        counts.open += open;
      }
    },
    reported,
    /** Where the connections have gone. */
    truth() {
      const counts = new Map<string, Counts>();
      for (const { pid, to, backend, step, fails } of connections) {
        if (step === 'connecting') continue;
        const at = countsOf(counts, `${pid} ${backend ?? to}`);
        if (fails) at.failed++;
        else at.opened++;
        if (step === 'open' || step === 'closing') at.open++;
      }
      return counts;
    },
  };
}

function totals(flows: readonly Flow[]): Counts {
  const sum = (count: (flow: Flow) => number) => flows.reduce((total, flow) => total + count(flow), 0);
  return {
    opened: sum(({ opened }) => opened),
    failed: sum(({ failed }) => failed?.[REFUSED as number] ?? 0),
    open: sum(({ open }) => open),
  };
}

const withoutZeros = (counts: Map<string, Counts>) =>
  Object.fromEntries([...counts].filter(([, { opened, failed, open }]) => opened + failed + open > 0));

const quiet = [[], [], [], []] as const;

describe('connections are attributed', () => {
  it('exactly, each to where it went', () => {
    fc.assert(
      fc.property(cycles, (list) => {
        const world = createWorld();
        for (const cycle of list) {
          world.run(cycle);
          expectNoneWrong(world);
        }
        world.run(quiet);
        world.run(quiet);
        expect(withoutZeros(world.reported)).toEqual(withoutZeros(world.truth()));
      }),
      { numRuns: 1000 },
    );
  });

  it('to no other destination if traces are lost, but to none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), cycles, (size, list) => {
        const world = createWorld(size);
        for (const cycle of list) {
          world.run(cycle);
          expectNoneWrong(world);
        }
        world.run(quiet);
        world.run(quiet);
        expectNoneWrong(world);
      }),
      { numRuns: 1000 },
    );
  });
});

/** No more than there are: what is not known yet, or not at all, is missing or counted under `other`. */
function expectNoneWrong({ reported, truth }: ReturnType<typeof createWorld>): void {
  const counts = truth();
  for (const [key, { opened, failed, open }] of reported) {
    if (key.endsWith('other')) continue;
    if (open > 0) expect([...counts.keys()]).toContain(key);
    expect(opened, key).toBeLessThanOrEqual(counts.get(key)?.opened ?? 0);
    expect(failed, key).toBeLessThanOrEqual(counts.get(key)?.failed ?? 0);
  }
}
