import { intersects, type Rectangle } from './rectangle.ts';

/** Remembers which room is taken, and by whom. */
export interface Occupancy {
  add(room: Rectangle, owner: string): void;
  /** Whether anyone but `except` has taken some of the room. */
  overlaps(room: Rectangle, except: string): boolean;
}

const BUCKET = 128;

/** Keeps rectangles in coarse buckets, so that asking stays cheap when there are many. */
export function createOccupancy(): Occupancy {
  const buckets = new Map<number, { room: Rectangle; owner: string }[]>();
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
    add(room, owner) {
      for (const number of bucketsOf(room)) {
        const bucket = buckets.get(number);
        if (bucket) bucket.push({ room, owner });
        else buckets.set(number, [{ room, owner }]);
      }
    },
    overlaps: (room, except) =>
      bucketsOf(room).some((number) =>
        buckets.get(number)?.some((taken) => taken.owner !== except && intersects(room, taken.room)),
      ),
  };
}
