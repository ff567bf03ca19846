import { describe, expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import type { Identity } from '../identify/identify.ts';
import { edgeAttributes, MANY_PIDS } from '../metrics/edge-attributes.ts';
import { createLimitPids } from './limit-pids.ts';

const LIMIT = 2;
const KEEP_FOR = 1000;

const process = (pid: number, fields: Partial<Identity> = {}) => ({ ...SHOP, pid, ...fields });

/** The pids that are told of processes that ask, and how many half-edges were noted as folded. */
function createTest() {
  const limit = createLimitPids(LIMIT, KEEP_FOR);
  let folds = 0;
  const tell = (now: number, ...owns: Identity[]) =>
    limit(
      owns.map((own) => halfEdge({}, own)),
      now,
      () => folds++,
    ).map((half) => edgeAttributes(half)['src.pid']);
  return { limit, tell, folds: () => folds };
}

it('tells the first pids, and those after them as many', () => {
  const { tell, folds } = createTest();
  expect(tell(1, process(1), process(2), process(3), process(4), process(1))).toEqual([
    1,
    2,
    'many',
    'many',
    1,
  ]);
  expect(folds()).toBe(2);
});

it('has room for a bounded number of process names of a service', () => {
  const { tell } = createTest();
  const names = Array.from({ length: 1000 }, (_, at) => process(at + 1, { process: `job-${at}` }));
  expect(tell(1, ...names).filter((pid) => pid !== 'many')).toHaveLength(16 + LIMIT);
  expect(tell(2, ...names).filter((pid) => pid !== 'many')).toHaveLength(16 + LIMIT);
});

it('counts each service and process name by itself', () => {
  const { tell } = createTest();
  const others = [process(3, { service: 'db' }), process(4, { process: 'deno' })];
  expect(tell(1, process(1), process(2), ...others, process(5))).toEqual([1, 2, 3, 4, 'many']);
});

it('counts each side by itself, the far end too', () => {
  const { limit } = createTest();
  const halves = [1, 2, 3].map((pid) => halfEdge({}, process(10 + pid), process(20 + pid)));
  const told = limit(halves, 1, () => {}).map(edgeAttributes);
  expect(told.map((attributes) => [attributes['src.pid'], attributes['dst.pid']])).toEqual([
    [11, 21],
    [12, 22],
    ['many', 'many'],
  ]);
});

describe('where pids keep changing', () => {
  it('settles: those told first leave, and none takes their place', () => {
    const { tell } = createTest();
    const told = Array.from({ length: 100 }, (_, i) => tell(100 * i, process(i + 1))[0]);
    expect(told).toEqual([1, 2, ...Array(98).fill('many')]);
  });

  it('goes on telling a pid that stays in use', () => {
    const { tell } = createTest();
    const told = Array.from({ length: 100 }, (_, i) => tell(100 * i, process(1), process(i + 2))[0]);
    expect(new Set(told)).toEqual(new Set([1]));
  });

  it('tells pids again once there have not been too many for the time set, to the millisecond', () => {
    const { tell } = createTest();
    expect(tell(0, process(1), process(2), process(3))).toEqual([1, 2, 'many']);
    expect(tell(KEEP_FOR, process(4))).toEqual(['many']);
    expect(tell(2 * KEEP_FOR + 1, process(5))).toEqual([5]);
  });
});

it('keeps all it knows where the time is without end', () => {
  const limit = createLimitPids(LIMIT, Number.POSITIVE_INFINITY);
  const tell = (now: number, pid: number) =>
    limit([halfEdge({}, process(pid))], now, () => {}).map(({ src }) => src.pid);
  expect([tell(0, 1), tell(1e12, 2), tell(2e12, 3), tell(3e12, 1)]).toEqual([[1], [2], [MANY_PIDS], [1]]);
});

it('leaves the half-edges that it is given as they are', () => {
  const { limit } = createTest();
  const halves = [1, 2, 3].map((pid) => halfEdge({}, process(pid)));
  const before = structuredClone(halves);
  const limited = limit(halves, 1, () => {});
  expect(halves).toEqual(before);
  expect(limited.slice(0, 2)).toEqual(halves.slice(0, 2));
});
