import type { MetricDefinition } from '@musubi/contract/catalogue';
import type { Attributes } from './edge-attributes.ts';

/** The value of a histogram: the number of values in each bucket. The last bucket has no upper bound. */
export interface Distribution {
  /** Upper bounds, inclusive. */
  readonly bounds: readonly number[];
  /** One per bucket, not cumulative. */
  readonly counts: readonly number[];
  /** Sum of all values. */
  readonly sum: number;
}

/** One value of a metric. */
export interface Point<Value = number | Distribution> {
  /** All points of an edge share one object. */
  readonly attributes: Attributes;
  /** Attributes of this point beyond those. */
  readonly more?: Attributes;
  readonly value: Value;
  /** When a sum started, in ms since 1970. */
  readonly since: number;
}

/** A metric with its values, for any exporter. */
export interface Family {
  readonly definition: MetricDefinition;
  readonly points: readonly Point[];
}

/** The number of values. */
export function countOf({ counts }: Distribution): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
