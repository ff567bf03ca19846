import fc from 'fast-check';
import { expect, it } from 'vitest';
import { piecesOf, piecesOfLastUse, RECORDING_DELAY, windowOf } from './pieces.ts';

const HOUR = 3_600_000;

/** When hours are recorded that end at these times. */
const recordedAfter = (...ends: number[]) => ends.map((end) => end + RECORDING_DELAY);

it('covers hours by the hourly series, and the rest by the fine one', () => {
  const hours = recordedAfter(...[10, 11, 12, 14].map((hour) => hour * HOUR + 7));
  expect(piecesOf({ from: 9.5 * 3600, to: 15 * 3600 }, hours)).toEqual([
    { hourly: false, from: 9.5 * HOUR, to: 10 * HOUR + 7 },
    { hourly: true, from: 10 * HOUR + 7, to: 12 * HOUR + 7 },
    { hourly: false, from: 12 * HOUR + 7, to: 13 * HOUR + 7 },
    { hourly: true, from: 13 * HOUR + 7, to: 14 * HOUR + 7 },
    { hourly: false, from: 14 * HOUR + 7, to: 15 * HOUR },
  ]);
});

it('covers a range of whole hours by the hourly series alone', () => {
  expect(piecesOf({ from: 3600, to: 10_800 }, recordedAfter(2 * HOUR, 3 * HOUR))).toEqual([
    { hourly: true, from: HOUR, to: 3 * HOUR },
  ]);
});

it('uses no hour that exceeds the range', () => {
  expect(piecesOf({ from: 3601, to: 10_799 }, recordedAfter(HOUR, 2 * HOUR, 3 * HOUR))).toEqual([
    { hourly: false, from: 3_601_000, to: 10_799_000 },
  ]);
});

it('uses the whole first hour if only the last use counts', () => {
  const hours = recordedAfter(10 * HOUR, 11 * HOUR, 12 * HOUR);
  expect(piecesOfLastUse({ from: 9.5 * 3600, to: 12.5 * 3600 }, hours)).toEqual([
    { hourly: true, from: 9 * HOUR, to: 12 * HOUR },
    { hourly: false, from: 12 * HOUR, to: 12.5 * HOUR },
  ]);
  // If that hour is missing, or exceeds the range, it cannot be used.
  for (const known of [[], recordedAfter(11 * HOUR), recordedAfter(13 * HOUR)])
    expect(piecesOfLastUse({ from: 9.5 * 3600, to: 9.9 * 3600 }, known)).toEqual([
      { hourly: false, from: 9.5 * HOUR, to: 9.9 * HOUR },
    ]);
  expect(piecesOfLastUse({ from: 9.5 * 3600, to: 12 * 3600 }, recordedAfter(12 * HOUR))).toEqual([
    { hourly: false, from: 9.5 * HOUR, to: 11 * HOUR },
    { hourly: true, from: 11 * HOUR, to: 12 * HOUR },
  ]);
});

/** Whether a Prometheus takes a sample of that time, by a range that is closed at its beginning (2.x) or open (3.x). */
function takes(window: { range: string; time: number }, at: number, isClosed: boolean): boolean {
  const end = Math.round(window.time * 1000);
  const begin = end - Number(/^\[(\d+)ms\]$/.exec(window.range)?.[1]);
  return at <= end && (isClosed ? at >= begin : at > begin);
}

it('omits a millisecond rather than reading the sample before it twice', () => {
  expect(piecesOf({ from: 9 * 3600, to: 10 * 3600 + 0.001 }, recordedAfter(10 * HOUR))).toEqual([
    { hourly: true, from: 9 * HOUR, to: 10 * HOUR },
  ]);
});

it('covers each half minute of the range exactly once, for any recorded hours', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 20 * HOUR }), fc.integer({ min: 10, max: 20 * HOUR }));
  const hours = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });
  // Another shift of the group, as after a change of its file.
  const shifts = fc.array(fc.constantFrom(0, 427_000, 1_800_003), { minLength: 41, maxLength: 41 });
  fc.assert(
    fc.property(range, hours, shifts, fc.boolean(), ([from, length], numbers, shift, isClosed) => {
      const recorded = [...new Set(numbers)].map((hour) => hour * HOUR + (shift[hour] ?? 0));
      const pieces = piecesOf({ from: from / 1000, to: (from + length) / 1000 }, recorded);
      const covered: [number, number][] = [];
      for (const piece of pieces) {
        const window = windowOf(piece);
        if (!piece.hourly) {
          covered.push([piece.from, piece.to]);
          for (const [at, isIn] of [
            [piece.from, false],
            [piece.from + 2, true],
            [piece.to, true],
            [piece.to + 1, false],
          ] as const)
            if (at === piece.from || piece.to - piece.from > 2)
              expect(takes(window, at, isClosed)).toBe(isIn);
          continue;
        }
        const read = recorded.filter(
          (hour) => takes(window, hour, isClosed) && (hour - RECORDING_DELAY - piece.from) % HOUR === 0,
        );
        expect(read.length * HOUR).toBe(piece.to - piece.from);
        for (const hour of read) covered.push([hour - RECORDING_DELAY - HOUR, hour - RECORDING_DELAY]);
      }
      covered.sort(([one], [other]) => one - other);
      const ends = [from, ...covered.map(([, to]) => to)];
      const begins = [...covered.map(([begin]) => begin), from + length];
      // Consecutive pieces touch, or leave the one millisecond that no range can cover.
      for (const [at, begin] of begins.entries()) expect([0, 1]).toContain(begin - (ends[at] ?? 0));
    }),
  );
});
