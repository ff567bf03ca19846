/** Removes the entries that were added first, until at most `max` remain. */
export function removeOldest(map: Map<unknown, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
