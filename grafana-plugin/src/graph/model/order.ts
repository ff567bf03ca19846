/** Compares by code unit: the same on every machine and in every locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const NUMBER = /^\d+$/;

/** Compares numbers by value, and sorts them before text: a total order, so that the result never depends on row order. */
function compareNatural(a: string, b: string): number {
  const numeric = Number(NUMBER.test(b)) - Number(NUMBER.test(a));
  if (numeric !== 0) return numeric;
  return (NUMBER.test(a) ? Number(a) - Number(b) : 0) || compareText(a, b);
}

/** The distinct non-empty values, sorted. */
export function distinct(values: readonly string[]): string[] {
  // Most of tens of thousands of half-edges have a single value.
  if (values.length === 1) return values[0] === '' ? [] : [...values];
  const set = new Set(values);
  set.delete('');
  return set.size < 2 ? [...set] : [...set].sort(compareNatural);
}

/** The text, if all are the same; otherwise ''. */
export function commonText(texts: readonly string[]): string {
  const [first = '', ...others] = new Set(texts);
  return others.length === 0 ? first : '';
}
