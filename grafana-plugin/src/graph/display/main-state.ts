import type { EdgeState } from '../graph.ts';

/** Of several states the one that matters most is shown. */
export const STATES_BY_WEIGHT: readonly EdgeState[] = [
  'alerting',
  'missing',
  'unexpected',
  'alerted',
  'vanished',
  'new',
  'changed',
  'idle',
];

/** The state that sets the look of an edge; undefined for one that is not remarkable. */
export const mainState = (states: readonly EdgeState[]): EdgeState | undefined =>
  STATES_BY_WEIGHT.find((state) => states.includes(state));
