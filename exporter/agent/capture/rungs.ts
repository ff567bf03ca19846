import { statSync } from 'node:fs';
import { release } from 'node:os';
import { ebpfObstacles, foreignPids } from '../doctor/ebpf-obstacles.ts';
import { sockdiagObstacles } from '../doctor/sockdiag-obstacles.ts';
import { loadLibbpf } from '../native/libbpf.ts';
import { loadLibc } from '../native/libc.ts';
import { createEbpfCapture } from './ebpf/create-ebpf-capture.ts';
import { kernelProgramPath } from './ebpf/kernel-program.ts';
import { createPollingCapture } from './polling/create-polling-capture.ts';
import { createProcfsTable } from './procfs/socket-table.ts';
import type { Rung } from './rung.ts';
import { createSockdiagTable } from './sockdiag/socket-table.ts';

/** Best first. */
export const RUNGS: readonly Rung[] = [
  {
    name: 'ebpf',
    gives: 'every connection however short, failures, set-up times, UDP',
    create(options) {
      // It would work, and give connections the names of processes that have nothing to do with them.
      const foreign = foreignPids(options);
      if (foreign) throw new Error(foreign.what);
      return createEbpfCapture(options);
    },
    obstacles({ procRoot }, error) {
      const inodeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.ino;
      const where = { procRoot, sysRoot: '/sys', kernel: release(), program: kernelProgramPath() };
      return ebpfObstacles({ ...where, loadLibbpf, inodeOf }, error);
    },
  },
  {
    name: 'sockdiag',
    gives: 'bytes, round-trip times, retransmits and Unix connections',
    create: (options) =>
      createPollingCapture('sockdiag', createSockdiagTable(loadLibc(), options.procRoot), options),
    obstacles: (_, error) => sockdiagObstacles(error),
  },
  {
    name: 'procfs',
    gives: 'TCP and UDP connections that are open when it looks',
    create: (options) => createPollingCapture('procfs', createProcfsTable(options.procRoot), options),
  },
];
