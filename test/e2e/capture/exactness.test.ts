/**
 * Compares the counts of connections, however short, with those of the programs that make them.
 *
 * `MUSUBI_TEST_SECONDS=60` runs the load of the highest rate for a minute instead of five seconds.
 */
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../exporter/agent/capture/capture.ts';
import { createPipeline } from '../../../exporter/agent/pipeline.ts';
import { beginWatch, CANNOT_CAPTURE, sum, sumBy, type Watch } from '../../harness/captures.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { buildWorkload, runWorkload, startServer, startWorkload, words } from '../../harness/workload.ts';

const SECONDS = Number(process.env.MUSUBI_TEST_SECONDS ?? 5);
const REQUEST = 100;
const ANSWER = 1000;
const LISTENERS = ['127.0.0.1/0', '127.0.0.1/0', '::1/0', '::1/0'];

async function startLoad() {
  const server = await startServer([`request=${REQUEST}`, `answer=${ANSWER}`, ...LISTENERS]);
  const targets = server.ports.map((port, at) => LISTENERS[at]?.replace('/0', `/${port}`)).join();
  const isOurs = (seen: Observation) => server.ports.includes(seen.port) && seen.transport === 'tcp';
  const crowd = (processes: number, atOnce: number, ...args: string[]) => [
    `processes=${processes}`,
    `at-once=${atOnce}`,
    `program=${buildWorkload('client')}`,
    `targets=${targets}`,
    ...[`request=${REQUEST}`, `answer=${ANSWER}`, ...args],
  ];
  return { server, isOurs, crowd };
}

/** The connections made by each client, according to its output. */
function madeBy(output: string): Map<number, number> {
  return new Map(words(output, 'made').map(([pid, made]) => [Number(pid), Number(made)]));
}

const total = (counts: Iterable<number>) => [...counts].reduce((all, count) => all + count, 0);

/** Reads until all connections are reported: both double counts and missing ones are visible then. */
async function settle(captures: readonly Watch[], isDone: () => boolean): Promise<void> {
  await waitFor(
    async () => {
      for (const capture of captures) await capture.read();
      return isDone() || undefined;
    },
    'the last connections to be reported',
    15_000,
  ).catch(() => {});
}

/** Reads a capture at its interval until the load has ended. */
async function poll(capture: Watch, interval: number, ended: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = ended.finally(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, interval))]);
    await capture.read();
  }
}

/** The wrong counts by key: `[reported, true]`. Empty if all are right. */
function differences(reported: ReadonlyMap<number, number>, truth: ReadonlyMap<number, number>) {
  const keys = [...new Set([...reported.keys(), ...truth.keys()])];
  return Object.fromEntries(
    keys
      .map((key) => [key, [reported.get(key), truth.get(key)]] as const)
      .filter(([, [is, was]]) => is !== was),
  );
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

describe.skipIf(CANNOT_CAPTURE)(`the eBPF capture${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`, () => {
  it('counts each connection of 200 processes that live for 10 ms and connect 100 times, with its process name', async () => {
    const { server, isOurs, crowd } = await startLoad();
    const capture = await beginWatch('ebpf');
    const others = [await beginWatch('sockdiag'), await beginWatch('procfs')];
    const pipeline = createPipeline({
      capture,
      procRoot: '/proc',
      host: 'here',
      edgeExpiration: 60_000,
      clock: Date.now,
    });

    const load = runWorkload('crowd', crowd(200, 2, 'count=100', 'batch=10', 'hold=1000'));
    const cycles = poll({ ...capture, read: () => pipeline.runCycle() }, 1000, load);
    await Promise.all([load, cycles, ...others.map((other) => poll(other, 1000, load))]);
    const made = madeBy(await load);
    const accepted = new Map([...(await server.counts())].map(([port, counts]) => [port, counts.accepted]));
    expect([made.size, total(made.values()), total(accepted.values())]).toEqual([200, 20_000, 20_000]);

    const ours = (watched: Watch, direction: string) =>
      watched.seen().filter((seen) => isOurs(seen) && seen.direction === direction);
    await settle([...others], () => others.every((other) => sum(ours(other, 'outbound'), 'open') === 0));
    await settle([{ ...capture, read: () => pipeline.runCycle() }], () =>
      ['outbound', 'inbound'].every(
        (direction) =>
          sum(ours(capture, direction), 'opened') >= 20_000 && sum(ours(capture, direction), 'open') === 0,
      ),
    );

    for (const watched of [capture, ...others]) {
      const outbound = ours(watched, 'outbound');
      const named = outbound.filter(({ pid }) => pid !== undefined && made.has(pid));
      const recall = {
        outbound: percent(sum(outbound, 'opened'), 20_000),
        inbound: percent(sum(ours(watched, 'inbound'), 'opened'), 20_000),
        'with its process': percent(sum(named, 'opened'), 20_000),
        processes: percent(new Set(named.map(({ pid }) => pid)).size, 200),
      };
      console.log(
        `| ${watched.name} | ${Object.entries(recall)
          .map((pair) => pair.join(' '))
          .join(' | ')} |`,
      );
    }

    expect(
      differences(
        sumBy(ours(capture, 'outbound'), ({ pid }) => pid, 'opened'),
        made,
      ),
    ).toEqual({});
    expect(
      differences(
        sumBy(ours(capture, 'inbound'), ({ port }) => port, 'opened'),
        accepted,
      ),
    ).toEqual({});
    expect(sum(capture.seen().filter(isOurs), 'open')).toBe(0);

    const edges = pipeline
      .edges()
      .filter(({ attributes }) => server.ports.includes(Number(attributes['dst.port'])));
    const outbound = edges.filter(({ attributes }) => attributes.direction === 'outbound');
    const inbound = edges.filter(({ attributes }) => attributes.direction === 'inbound');
    expect(new Set(outbound.map(({ attributes }) => attributes['src.service']))).toEqual(new Set(['client']));
    expect(new Set(outbound.map(({ attributes }) => attributes['src.process']))).toEqual(new Set(['client']));
    expect(new Set(inbound.map(({ attributes }) => attributes['dst.service']))).toEqual(new Set(['server']));
    expect(new Set(inbound.map(({ attributes }) => attributes['dst.pid']))).toEqual(
      new Set([server.running.pid]),
    );
    expect(total(outbound.map(({ opened }) => opened))).toBe(20_000);
    expect(total(inbound.map(({ opened }) => opened))).toBe(20_000);
  });

  it.each([
    [`at the highest rate of this machine for ${SECONDS} s`, SECONDS, 1000, ['all']],
    ['read by two captures at once without a pause', 2, 0, ['self', 'all']],
  ] as const)(
    'counts every connection and every byte, %s',
    async (title, seconds, interval, reaches) => {
      const { server, isOurs, crowd } = await startLoad();
      const captures = await Promise.all(reaches.map((netns) => beginWatch('ebpf', netns)));
      const load = startWorkload('crowd', crowd(2, 2, `seconds=${seconds}`, 'reset=1'));
      await Promise.all(captures.map((capture) => poll(capture, interval, load.exited)));
      expect(await load.exited).toBe(0);
      const made = madeBy(load.stdout());
      const count = total(made.values());
      const accepted = await server.counts();
      console.log(`${title}: ${count} connections, ${Math.round(count / seconds)} per second`);

      for (const capture of captures) {
        const ours = (direction: string) =>
          capture.seen().filter((seen) => isOurs(seen) && seen.direction === direction);
        const isDone = (direction: string) =>
          sum(ours(direction), 'opened') >= count && sum(ours(direction), 'open') === 0;
        await settle([capture], () => ['outbound', 'inbound'].every(isDone));
        const reported = sumBy(ours('outbound'), ({ pid }) => pid, 'opened');
        expect(differences(reported, made)).toEqual({});
        expect({
          transmitted: sum(ours('outbound'), 'transmittedBytes'),
          received: sum(ours('outbound'), 'receivedBytes'),
        }).toEqual({ transmitted: count * REQUEST, received: count * ANSWER });
        for (const [port, truth] of accepted) {
          const atPort = ours('inbound').filter((seen) => seen.port === port);
          expect({
            accepted: sum(atPort, 'opened'),
            received: sum(atPort, 'receivedBytes'),
            transmitted: sum(atPort, 'transmittedBytes'),
          }).toEqual(truth);
        }
        expect(capture.last().table).toMatchObject({ folded: 0 });
      }
    },
    (SECONDS + 55) * 1000,
  );
});
