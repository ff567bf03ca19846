import { expect, it } from 'vitest';
import { createFoldCounts, FOLDS } from './folds.ts';
import { createSelfMetrics } from './self-metrics.ts';

it('counts edges per cycle, and connections in total, by reason', () => {
  const self = createSelfMetrics(() => 7);
  const folds = createFoldCounts(self);
  const pointOf = (name: string, reason: string) =>
    self
      .families()
      .find(({ definition }) => definition.name === name)
      ?.points.find(({ attributes }) => attributes.reason === reason)?.value;

  for (const reason of FOLDS) expect(pointOf('musubi.connections.folded', reason)).toBe(0);
  folds.note('internet', { opened: 5 });
  folds.note('internet', { opened: 0 });
  folds.note('pid_limit', { opened: 1 });
  folds.report();
  expect(pointOf('musubi.edges.folded', 'internet')).toBe(2);
  expect(pointOf('musubi.connections.folded', 'internet')).toBe(5);
  expect(pointOf('musubi.edges.folded', 'edge_limit')).toBe(0);

  folds.note('internet', { opened: 2 });
  folds.report();
  expect(pointOf('musubi.edges.folded', 'internet')).toBe(1);
  expect(pointOf('musubi.connections.folded', 'internet')).toBe(7);
  expect(pointOf('musubi.edges.folded', 'pid_limit')).toBe(0);
  expect(pointOf('musubi.connections.folded', 'pid_limit')).toBe(1);
});
