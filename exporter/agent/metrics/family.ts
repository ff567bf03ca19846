import type { MetricDefinition } from '@musubi/contract/catalogue';
import type { Attributes } from './edge-attributes.ts';

/** The value of a histogram: how many fell into each bucket, of which the last has no upper bound. */
export interface Distribution {
  /** Upper bounds, each part of its bucket. */
  readonly bounds: readonly number[];
  /** One for each bucket, not cumulative. */
  readonly counts: readonly number[];
  /** Of all that was measured. */
  readonly sum: number;
}

/** One value of a metric. */
export interface Point<Value = number | Distribution> {
  /** Often the very object of other points: those of an edge share theirs. */
  readonly attributes: Attributes;
  /** Attributes of this point beyond those. */
  readonly more?: Attributes;
  readonly value: Value;
  /** Since when a sum has been counting, in ms since 1970. */
  readonly since: number;
}

/** A metric with its values, ready for any export. */
export interface Family {
  readonly definition: MetricDefinition;
  readonly points: readonly Point[];
}

/** How many were measured. */
export function countOf({ counts }: Distribution): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
