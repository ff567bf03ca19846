/** Lets the first keys in, up to a limit, and keeps each until it has not come for a while. */
export interface Admission<K> {
  /** Whether `key`, which comes at `now`, is one of them. */
  admit(key: K, now: number, takesNew?: boolean): boolean;
  /** Gives up the places of those that last came before `time`. */
  forget(time: number): void;
  readonly size: number;
}

export function createAdmission<K>(limit: number): Admission<K> {
  const lastCame = new Map<K, number>();
  return {
    admit(key, now, takesNew = true) {
      if (!lastCame.has(key) && !(takesNew && lastCame.size < limit)) return false;
      lastCame.set(key, now);
      return true;
    },
    forget(time) {
      for (const [key, last] of lastCame) if (last < time) lastCame.delete(key);
    },
    get size() {
      return lastCame.size;
    },
  };
}
