import type { MetricDefinition } from './catalogue.ts';
import type { Attributes } from './edge-attributes.ts';

/** One value of a metric. */
export interface Point {
  readonly attributes: Attributes;
  readonly value: number;
  /** Since when a sum has been counting, in ms since 1970. */
  readonly since: number;
}

/** A metric with its values, ready for any export. */
export interface Family {
  readonly definition: MetricDefinition;
  readonly points: readonly Point[];
}
