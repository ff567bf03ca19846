import { intersects, type Rectangle } from './rectangle.ts';

/** Keeps track of occupied rectangles and their owners. */
export interface Occupancy {
  add(bounds: Rectangle, owner: string): void;
  /** Whether a rectangle of any owner but `except` overlaps. */
  overlaps(bounds: Rectangle, except: string): boolean;
}

const BUCKET = 128;

/** Keeps rectangles in coarse buckets, so that lookups stay cheap when there are many. */
export function createOccupancy(): Occupancy {
  const buckets = new Map<number, { bounds: Rectangle; owner: string }[]>();
  const bucketsOf = ({ x, y, width, height }: Rectangle): number[] => {
    const numbers: number[] = [];
    for (let i = Math.floor(x / BUCKET); i <= Math.floor((x + width) / BUCKET); i++) {
      for (let j = Math.floor(y / BUCKET); j <= Math.floor((y + height) / BUCKET); j++) {
        numbers.push(i * 1_000_003 + j);
      }
    }
    return numbers;
  };
  return {
    add(bounds, owner) {
      for (const number of bucketsOf(bounds)) {
        const bucket = buckets.get(number);
        if (bucket) bucket.push({ bounds, owner });
        else buckets.set(number, [{ bounds, owner }]);
      }
    },
    overlaps: (bounds, except) =>
      bucketsOf(bounds).some((number) =>
        buckets.get(number)?.some((taken) => taken.owner !== except && intersects(bounds, taken.bounds)),
      ),
  };
}
