/** The estimate of repeated measurements: median and confidence interval. */
export interface Estimate {
  readonly median: number;
  /** The 95 % confidence interval of the median; the whole range if there are too few values. */
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

export function estimate(values: readonly number[]): Estimate {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const { length } = sorted;
  const median = (at((length - 1) >> 1) + at(length >> 1)) / 2;
  const skip = outside(length);
  return { median, low: at(skip), high: at(length - 1 - skip), values };
}

/** Combines two measurements of the same rounds, round by round. */
export function paired(
  ones: readonly number[],
  others: readonly number[],
  together: (one: number, other: number) => number,
): number[] {
  return ones.map((one, round) => together(one, others[round] ?? Number.NaN));
}

/**
 * How many of the sorted values on either side lie outside the interval: each value lies on either side of the true
 * median with equal probability, whatever the distribution. Outliers, which a virtual machine has, do no harm.
 */
function outside(length: number): number {
  let chance = 0.5 ** length;
  let sum = chance;
  let skip = 0;
  while (sum <= 0.025) {
    skip++;
    chance *= (length - skip + 1) / skip;
    sum += chance;
  }
  return Math.max(0, skip - 1);
}

/** In random order, so that drift of the machine affects all alike. */
export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
