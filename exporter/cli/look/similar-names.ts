/** Maximum number of suggestions. */
const MOST = 5;

/** The names similar to a text: one contains the other, or they differ in a few letters. */
export function similarNames(text: string, names: Iterable<string>): string[] {
  const wanted = text.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const ranked: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const candidate = name.toLowerCase();
    const isPart =
      wanted !== '' && (candidate.includes(wanted) || (candidate.length > 2 && wanted.includes(candidate)));
    const distance = isPart ? 0 : editDistance(wanted, candidate, most);
    if (name !== '' && distance <= most) ranked.push({ name, distance });
  }
  const lengthDifference = (name: string) => Math.abs(name.length - text.length);
  ranked.sort(
    (one, other) =>
      one.distance - other.distance ||
      lengthDifference(one.name) - lengthDifference(other.name) ||
      (one.name < other.name ? -1 : 1),
  );
  return ranked.slice(0, MOST).map(({ name }) => name);
}

/**
 * The number of letters to insert, delete, replace or transpose to turn one text into the other (optimal string
 * alignment distance); any number above `most` if it is larger than that.
 */
function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const exchange = (last[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : exchange;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, exchange, swap));
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[other.length] ?? 0;
}
