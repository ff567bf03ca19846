import { expect, it } from 'vitest';
import { edgeKey } from '../joined/edge.ts';
import { compare, type UsedEdge } from './compare.ts';
import { treeEdge } from './tree.fixture.ts';

function used(
  edges: Readonly<Record<string, readonly [opened: number, failed?: number]>>,
): Map<string, UsedEdge> {
  return new Map(
    Object.entries(edges).map(([text, [opened, failed = 0]]) => {
      const { edge, lastSeen } = treeEdge(text);
      return [edgeKey(edge), { edge, lastSeen, counts: { open: 2, opened, failed: { timeout: failed } } }];
    }),
  );
}

const SAME = { factor: 5, ratio: 1 };
const names = (edges: readonly UsedEdge[]) => edges.map(({ edge }) => `${edge.src.name}→${edge.dst.name}`);

it('returns what appeared and what vanished', () => {
  const { appeared, vanished, changed } = compare(
    used({ 'a→b': [1], 'a→c': [1] }),
    used({ 'a→b': [1], 'a→d': [1] }),
    SAME,
  );
  expect([names(appeared), names(vanished), changed]).toEqual([['a→d'], ['a→c'], []]);
});

it.each([
  [[10], [49], false],
  [[10], [50], true],
  [[50], [10], true],
  [[0], [4], false],
  [[0], [5], true],
  [[1], [0], false],
  [[100, 0], [100, 1], false],
  [[100, 0], [100, 30], true],
] as const)('from %j to %j opened and failed connections: %s', (before, after, isChanged) => {
  const { changed } = compare(used({ 'a→b': before }), used({ 'a→b': after }), SAME);
  expect(changed).toHaveLength(isChanged ? 1 : 0);
});

it('scales ranges of different length to the shorter one', () => {
  const changes = (before: number, after: number, ratio: number) =>
    compare(used({ 'a→b': [before] }), used({ 'a→b': [after] }), { factor: 5, ratio }).changed.length;
  expect(changes(10, 240, 24)).toBe(0);
  expect(changes(10, 10, 24)).toBe(1);
  expect(changes(1, 1, 24)).toBe(0);
  expect(changes(240, 10, 1 / 24)).toBe(0);
});
