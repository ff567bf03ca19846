import type { Libbpf } from '../../native/libbpf.ts';
import { indexKey } from './kernel-maps.ts';
import { type ControlValues, encodeControl } from './layout.ts';

/** The values that control the kernel program. */
export interface Control {
  readonly values: Readonly<ControlValues>;
  /** Changes some of them in the kernel. */
  set(change: Partial<ControlValues>): void;
}

export function createControl(libbpf: Libbpf, map: number): Control {
  const key = indexKey(0);
  const values: ControlValues = { scan: 0, uncertainUntil: 0n, netns: 0, traced: true };
  return {
    values,
    set: (change) => libbpf.update(map, key, encodeControl(Object.assign(values, change))),
  };
}
