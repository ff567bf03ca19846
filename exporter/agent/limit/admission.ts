/** Admits keys up to a limit, first come, first served, and keeps each while it is in use. */
export interface Admission<K> {
  /** Whether `key`, in use at `now`, is admitted. */
  admit(key: K, now: number, acceptsNew?: boolean): boolean;
  /** Removes the keys that were last in use before `time`. */
  removeUnused(time: number): void;
  readonly size: number;
}

export function createAdmission<K>(limit: number): Admission<K> {
  const lastUse = new Map<K, number>();
  return {
    admit(key, now, acceptsNew = true) {
      if (!lastUse.has(key) && !(acceptsNew && lastUse.size < limit)) return false;
      lastUse.set(key, now);
      return true;
    },
    removeUnused(time) {
      for (const [key, last] of lastUse) if (last < time) lastUse.delete(key);
    },
    get size() {
      return lastUse.size;
    },
  };
}
