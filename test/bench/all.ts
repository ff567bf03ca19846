import type { Benchmark } from './benchmark.ts';
import { cpu } from './cpu.ts';
import { dns } from './dns.ts';
import { idle } from './idle.ts';
import { layout } from './layout.ts';
import { howToInstallEngines } from './layout-engines.ts';
import { look } from './look.ts';
import { memory } from './memory.ts';
import { nat } from './nat.ts';
import { howToInstallBrowser, panel } from './panel.ts';
import { pass } from './pass.ts';
import type { Program } from './programs.ts';
import { rules } from './rules.ts';
import { server } from './server.ts';

/** A benchmark, the programs it needs, and how to install other requirements that are missing. */
interface Entry {
  readonly measure: Benchmark;
  readonly programs: readonly Program[];
  readonly trouble?: () => string | undefined;
}

export const BENCHMARKS: Readonly<Record<string, Entry>> = {
  server: { measure: server, programs: ['nginx', 'wrk'] },
  cpu: { measure: cpu, programs: ['bash', 'cc', 'conntrack', 'nft', 'ss'] },
  nat: { measure: nat, programs: ['cc', 'nft'] },
  pass: { measure: pass, programs: ['bash', 'cc', 'ss'] },
  memory: { measure: memory, programs: ['cc'] },
  look: { measure: look, programs: [] },
  dns: { measure: dns, programs: ['cc'] },
  idle: { measure: idle, programs: [] },
  rules: { measure: rules, programs: [] },
  panel: { measure: panel, programs: [], trouble: howToInstallBrowser },
  layout: { measure: layout, programs: [], trouble: howToInstallEngines },
};

/** What every benchmark needs for its namespace. */
export const COMMON_PROGRAMS: readonly Program[] = ['unshare', 'setpriv', 'ip'];
