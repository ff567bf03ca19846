import { readdirSync, readFileSync } from 'node:fs';
import { PROCESS_METRICS } from '@musubi/contract/catalogue';
import type { Family } from './family.ts';

/** What the agent costs: the `process.*` metrics, read when they are exported. */
export interface ProcessUsage {
  /** CPU time in seconds. */
  readonly cpu: number;
  /** Bytes. */
  readonly resident: number;
  readonly virtual: number;
  readonly openFiles: number;
  /** Infinite if there is no limit. */
  readonly maxFiles: number;
  /** Unix time in seconds. */
  readonly started: number;
}

const started = Date.now() / 1000 - process.uptime();

/** The usage of this process. A value that cannot be read is absent. */
export function readProcessUsage(maxFiles: number): Partial<ProcessUsage> {
  const { user, system } = process.cpuUsage();
  const usage = { cpu: (user + system) / 1e6, resident: process.memoryUsage.rss(), maxFiles, started };
  try {
    const [, kilobytes] = /^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    // One of them reads this folder.
    const openFiles = readdirSync('/proc/self/fd').length - 1;
    return { ...usage, virtual: Number(kilobytes) * 1024, openFiles };
  } catch {
    return usage;
  }
}

export function processFamilies(usage: Partial<ProcessUsage>, since: number): Family[] {
  return (Object.keys(PROCESS_METRICS) as (keyof typeof PROCESS_METRICS)[]).flatMap((name) => {
    const value = usage[name];
    if (value === undefined || !Number.isFinite(value)) return [];
    return [{ definition: PROCESS_METRICS[name], points: [{ attributes: {}, value, since }] }];
  });
}
