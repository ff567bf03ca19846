/** By code unit: the same on every machine and locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const NUMBER = /^\d+$/;

/** Numbers by value before text by code unit: a total order, so that sorting never depends on row order. */
function compareNatural(a: string, b: string): number {
  const numeric = Number(NUMBER.test(b)) - Number(NUMBER.test(a));
  if (numeric !== 0) return numeric;
  return (NUMBER.test(a) ? Number(a) - Number(b) : 0) || compareText(a, b);
}

/** The distinct values that are not empty, in a fixed order. */
export function distinct(values: readonly string[]): string[] {
  // Of tens of thousands of half-edges most are told once.
  if (values.length === 1) return values[0] === '' ? [] : [...values];
  const set = new Set(values);
  set.delete('');
  return set.size < 2 ? [...set] : [...set].sort(compareNatural);
}
