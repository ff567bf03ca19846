import { beforeEach, expect, it } from 'vitest';
import { createExportQueue, type ExportQueue } from './export-queue.ts';

const MINUTE = 60_000;
let queue: ExportQueue;

beforeEach(() => {
  queue = createExportQueue(1000, () => 2.5 * MINUTE);
});

const add = (minute: number, bytes = 100) =>
  queue.add({ at: minute * MINUTE, requests: [Buffer.alloc(bytes / 2), Buffer.alloc(bytes / 2)] });

function minutes(): number[] {
  const all: number[] = [];
  for (let first = queue.first(); first; first = queue.first()) {
    all.push(first.at / MINUTE);
    queue.removeFirst();
  }
  return all;
}

it('keeps every export within its bytes', () => {
  for (let at = 0; at < 10; at++) expect(add(at)).toEqual({ thinned: 0, dropped: 0 });
  expect([queue.size(), queue.span()]).toEqual([20, 9 * MINUTE]);
  expect(minutes()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('then removes exports in between, the oldest first, and no two neighbours', () => {
  for (let at = 0; at < 14; at++) add(at);
  expect(minutes()).toEqual([0, 2, 4, 6, 8, 9, 10, 11, 12, 13]);
});

it('keeps an export for every half of the expiration of edges for as long as it can, then drops the oldest', () => {
  let [thinned, dropped] = [0, 0];
  for (let at = 0; at < 40; at++) {
    const removed = add(at);
    thinned += removed.thinned;
    dropped += removed.dropped;
  }
  const kept = minutes();
  expect(kept).toHaveLength(10);
  expect(kept.at(-1)).toBe(39);
  for (const [at, minute] of kept.entries())
    if (at > 0) expect(minute - (kept[at - 1] ?? 0)).toBeLessThanOrEqual(2.5);
  expect(39 - (kept[0] ?? 0)).toBeGreaterThanOrEqual(16);
  expect(thinned + dropped).toBe(60);
  expect(dropped).toBeGreaterThan(0);
});

it('keeps the newest export, however large', () => {
  add(0);
  expect(add(1, 5000)).toEqual({ thinned: 0, dropped: 2 });
  expect(minutes()).toEqual([1]);
});
