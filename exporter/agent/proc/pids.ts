import { readdirSync } from 'node:fs';

/** The process ids listed under a proc file system, ascending. Throws if it cannot be read. */
export function listPids(procRoot: string): number[] {
  const pids: number[] = [];
  for (const name of readdirSync(procRoot)) {
    const first = name.charCodeAt(0);
    if (first >= 0x30 && first <= 0x39) pids.push(Number(name));
  }
  return pids.sort((a, b) => a - b);
}
