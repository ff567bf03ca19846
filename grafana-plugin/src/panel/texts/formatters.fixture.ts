import type { Formatters } from './formatters.ts';

/** Formatters without Grafana's fields: numbers as they are, and the given names and marks. */
export const plainFormatters = (more: Partial<Formatters> = {}): Formatters => ({
  text: (_figure, value) => String(value),
  noText: () => '–',
  mark: () => undefined,
  name: () => undefined,
  scale: () => ({ isKnown: true, least: 0, most: 1, colour: () => 'red', steps: [0], gradual: false }),
  byteUnits: 'bytes',
  ...more,
});
