/**
 * The non-decreasing sequence closest to `wanted` by weighted least squares (isotonic regression): values in the wrong
 * order are pooled into their mean.
 */
export function closestIncreasing(wanted: readonly number[], weights: readonly number[]): number[] {
  const pools: { sum: number; weight: number; length: number }[] = [];
  wanted.forEach((value, i) => {
    const weight = weights[i] ?? 1;
    const pool = { sum: value * weight, weight, length: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.weight >= pool.sum / pool.weight;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool.sum += last.sum;
      pool.weight += last.weight;
      pool.length += last.length;
    }
    pools.push(pool);
  });
  return pools.flatMap(({ sum, weight, length }) => new Array<number>(length).fill(sum / weight));
}
