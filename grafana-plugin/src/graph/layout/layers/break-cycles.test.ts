import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Link, neighbours, successors } from './adjacency.ts';
import { breakCycles } from './break-cycles.ts';

const COUNT = 9;
const anyLinks: fc.Arbitrary<Link[]> = fc.array(
  fc.tuple(fc.nat(COUNT - 1), fc.nat(COUNT - 1)).filter(([a, b]) => a !== b),
  { maxLength: 25 },
);

/** The vertices reachable from a vertex. */
function reach(from: number, links: readonly Link[]): Set<number> {
  const out = successors(COUNT, links);
  const reached = new Set<number>();
  const stack = [...neighbours(out, from)];
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (reached.has(v)) continue;
    reached.add(v);
    stack.push(...neighbours(out, v));
  }
  return reached;
}

test('the result has no cycles', () => {
  fc.assert(
    fc.property(anyLinks, (links) => {
      const acyclic = breakCycles(COUNT, links);
      for (let v = 0; v < COUNT; v++) expect(reach(v, acyclic).has(v)).toBe(false);
    }),
  );
});

test('only links within a strongly connected component are reversed', () => {
  fc.assert(
    fc.property(anyLinks, (links) => {
      const acyclic = breakCycles(COUNT, links);
      links.forEach(([from, to], i) => {
        if (acyclic[i]?.[0] !== from) expect(reach(to, links).has(from)).toBe(true);
      });
    }),
  );
});
