import type { Benchmark } from './benchmark.ts';
import { cpu } from './cpu.ts';
import { idle } from './idle.ts';
import { memory } from './memory.ts';
import { pass } from './pass.ts';
import type { Program } from './programs.ts';
import { server } from './server.ts';

/** A benchmark, and the programs it needs. */
interface Entry {
  readonly measure: Benchmark;
  readonly programs: readonly Program[];
}

export const BENCHMARKS: Readonly<Record<string, Entry>> = {
  server: { measure: server, programs: ['nginx', 'wrk'] },
  cpu: { measure: cpu, programs: ['bash', 'cc', 'conntrack', 'nft', 'ss'] },
  pass: { measure: pass, programs: ['bash', 'cc', 'ss'] },
  memory: { measure: memory, programs: ['cc'] },
  idle: { measure: idle, programs: [] },
};

/** What every benchmark needs for its namespace. */
export const COMMON_PROGRAMS: readonly Program[] = ['unshare', 'setpriv', 'ip'];
