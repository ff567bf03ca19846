/**
 * Shares a whole number out in proportion to weights: whole numbers that add up to it, each within one of its exact
 * share. Where no weight is above 0, the first takes all.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum === 0) return weights.map((_, i) => (i === 0 ? total : 0));
  let weight = 0;
  let given = 0;
  return weights.map((share) => {
    weight += share;
    const upTo = Math.round((total * weight) / sum);
    const part = upTo - given;
    given = upTo;
    return part;
  });
}
