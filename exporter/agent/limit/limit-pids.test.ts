import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import type { Identity } from '../identify/identify.ts';
import { edgeAttributes, MANY_PIDS } from '../metrics/edge-attributes.ts';
import { createLimitPids } from './limit-pids.ts';

const LIMIT = 2;
const KEEP_FOR = 1000;

const process = (pid: number, fields: Partial<Identity> = {}) => ({ ...SHOP, pid, ...fields });

/** Returns the pids of client processes, and how many half-edges were folded. */
function createTest() {
  const limit = createLimitPids(LIMIT, KEEP_FOR);
  let folds = 0;
  const run = (now: number, ...clients: Identity[]) =>
    limit(
      clients.map((client) => halfEdge({}, client)),
      now,
      () => folds++,
    ).map((half) => edgeAttributes(half)['src.pid']);
  return { limit, run, folds: () => folds };
}

it('keeps the first pids, and reports the others as many', () => {
  const { run, folds } = createTest();
  expect(run(1, process(1), process(2), process(3), process(4), process(1))).toEqual([
    1,
    2,
    'many',
    'many',
    1,
  ]);
  expect(folds()).toBe(2);
});

it('distinguishes a limited number of process names per service', () => {
  const { run } = createTest();
  const names = Array.from({ length: 1000 }, (_, at) => process(at + 1, { process: `job-${at}` }));
  expect(run(1, ...names).filter((pid) => pid !== 'many')).toHaveLength(16 + LIMIT);
  expect(run(2, ...names).filter((pid) => pid !== 'many')).toHaveLength(16 + LIMIT);
});

it('counts each service and process name separately', () => {
  const { run } = createTest();
  const others = [process(3, { service: 'db' }), process(4, { process: 'deno' })];
  expect(run(1, process(1), process(2), ...others, process(5))).toEqual([1, 2, 3, 4, 'many']);
});

it('counts sources and destinations separately, remote ones too', () => {
  const { limit } = createTest();
  const halves = [1, 2, 3].map((pid) => halfEdge({}, process(10 + pid), process(20 + pid)));
  const limited = limit(halves, 1, () => {}).map(edgeAttributes);
  expect(limited.map((attributes) => [attributes['src.pid'], attributes['dst.pid']])).toEqual([
    [11, 21],
    [12, 22],
    ['many', 'many'],
  ]);
});

describe('with pids that keep changing', () => {
  it('admits no new pid once the first ones are gone', () => {
    const { run } = createTest();
    const limited = Array.from({ length: 100 }, (_, i) => run(100 * i, process(i + 1))[0]);
    expect(limited).toEqual([1, 2, ...Array(98).fill('many')]);
  });

  it('keeps a pid that stays in use', () => {
    const { run } = createTest();
    const limited = Array.from({ length: 100 }, (_, i) => run(100 * i, process(1), process(i + 2))[0]);
    expect(new Set(limited)).toEqual(new Set([1]));
  });

  it('admits pids again once the limit has not been exceeded for the given time, to the millisecond', () => {
    const { run } = createTest();
    expect(run(0, process(1), process(2), process(3))).toEqual([1, 2, 'many']);
    expect(run(KEEP_FOR, process(4))).toEqual(['many']);
    expect(run(2 * KEEP_FOR + 1, process(5))).toEqual([5]);
  });
});

it('keeps all pids if the given time is infinite', () => {
  const limit = createLimitPids(LIMIT, Number.POSITIVE_INFINITY);
  const run = (now: number, pid: number) =>
    limit([halfEdge({}, process(pid))], now, () => {}).map(({ src }) => src.pid);
  expect([run(0, 1), run(1e12, 2), run(2e12, 3), run(3e12, 1)]).toEqual([[1], [2], [MANY_PIDS], [1]]);
});

it('changes none of the half-edges that it is given', () => {
  const { limit } = createTest();
  const halves = [1, 2, 3].map((pid) => halfEdge({}, process(pid)));
  const before = structuredClone(halves);
  const limited = limit(halves, 1, () => {});
  expect(halves).toEqual(before);
  expect(limited.slice(0, 2)).toEqual(halves.slice(0, 2));
});
