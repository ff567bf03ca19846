import type { Libbpf } from '../../native/libbpf.ts';
import { indexKey } from './kernel-maps.ts';
import { encodeControl } from './layout.ts';

interface Values {
  /** Number of the current scan. */
  scan: number;
  /** In ns since boot; 0 until the first scan is complete. */
  uncertainUntil: bigint;
  /** The only network namespace whose edges are counted; 0 for all. */
  netns: number;
}

/** The values that control the kernel program. */
export interface Control {
  readonly values: Readonly<Values>;
  /** Changes some of them in the kernel. */
  set(change: Partial<Values>): void;
}

export function createControl(libbpf: Libbpf, map: number): Control {
  const key = indexKey(0);
  const values: Values = { scan: 0, uncertainUntil: 0n, netns: 0 };
  return {
    values,
    set(change) {
      const { scan, uncertainUntil, netns } = Object.assign(values, change);
      libbpf.update(map, key, encodeControl(scan, uncertainUntil > 0n, uncertainUntil, netns));
    },
  };
}
