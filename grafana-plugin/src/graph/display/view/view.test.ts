import fc from 'fast-check';
import { expect, test } from 'vitest';
import { centreOn, fitView, panBy, readView, reveal, toDrawing, viewText, zoomAt } from './view.ts';

const bounds = { x: -50, y: 20, width: 2000, height: 300 };

test('a fitted view shows everything', () => {
  const view = fitView(bounds, 800, 600);
  const left = bounds.x * view.scale + view.x;
  const right = (bounds.x + bounds.width) * view.scale + view.x;
  expect(left).toBeGreaterThan(0);
  expect(right).toBeLessThan(800);
  expect(left + right).toBeCloseTo(800);
});

test('a small graph is not enlarged, and an empty one has a valid scale', () => {
  expect(fitView({ x: 0, y: 0, width: 10, height: 10 }, 800, 600).scale).toBeLessThan(1.5);
  expect(fitView({ x: 0, y: 0, width: 0, height: 0 }, 800, 600).scale).toBeGreaterThan(0);
});

test('zooming keeps the point under the pointer, for any factor', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      fc.nat(800),
      fc.nat(600),
      (factor, x, y) => {
        const view = panBy(fitView(bounds, 800, 600), 13, -7);
        const before = toDrawing(view, { x, y });
        const after = toDrawing(zoomAt(view, factor, { x, y }, view.scale), { x, y });
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
      },
    ),
  );
});

test('a point is centred at a readable scale', () => {
  const view = centreOn({ x: 700, y: 70 }, 0.1, 800, 600);
  const { x, y } = toDrawing(view, { x: 400, y: 300 });
  expect([Math.round(x), Math.round(y)]).toEqual([700, 70]);
  expect(view.scale).toBeGreaterThan(0.5);
  expect(centreOn({ x: 0, y: 0 }, 2, 800, 600).scale).toBe(2);
});

test('the view moves just far enough to show a hidden part, and not at all for a visible one', () => {
  const view = { scale: 2, x: 0, y: 0 };
  expect(reveal(view, { x: 10, y: 10, width: 50, height: 20 }, 800, 600)).toBe(view);
  expect(reveal(view, { x: 390, y: 10, width: 50, height: 20 }, 800, 600)).toEqual({ ...view, x: -88 });
  expect(reveal(view, { x: 10, y: -30, width: 50, height: 20 }, 800, 600)).toEqual({ ...view, y: 68 });
});

test('a view is parsed from its text without loss of precision', () => {
  const offset = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 4, noNaN: true }), offset, offset, (scale, x, y) => {
      const text = viewText({ scale, x, y });
      expect(viewText(readView(text) ?? { scale: 0, x: 0, y: 0 })).toBe(text);
    }),
  );
});

test.each([null, '', '1', '1,2', '1,2,3,4', '0,1,2', '-1,1,2', '99,1,2', '1,NaN,2', '1,1e999,2', 'a,b,c'])(
  '%j is not a view',
  (text) => {
    expect(readView(text)).toBeUndefined();
  },
);

test('parsing any text never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void readView(text)));
});
