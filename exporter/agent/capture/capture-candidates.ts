import { statSync } from 'node:fs';
import { release } from 'node:os';
import { loadLibbpf } from '../native/libbpf.ts';
import { loadLibc } from '../native/libc.ts';
import type { CaptureCandidate } from './capture-candidate.ts';
import { createEbpfCapture } from './ebpf/create-ebpf-capture.ts';
import { kernelProgramPath } from './ebpf/kernel-program.ts';
import { foreignPids, missingForEbpf } from './ebpf/missing-requirements.ts';
import { createPollingCapture } from './polling/create-polling-capture.ts';
import { createProcfsTable } from './procfs/socket-table.ts';
import { missingForSockdiag } from './sockdiag/missing-requirements.ts';
import { createSockdiagTable } from './sockdiag/socket-table.ts';

/** In order of preference. */
export const CAPTURE_CANDIDATES: readonly CaptureCandidate[] = [
  {
    name: 'ebpf',
    provides: 'every connection however short, failures, setup times, UDP',
    create(options) {
      // It would start, and then attribute connections to unrelated processes.
      const foreign = foreignPids(options);
      if (foreign) throw new Error(foreign.what);
      return createEbpfCapture(options);
    },
    missingRequirements({ procRoot }, error) {
      const inodeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.ino;
      const host = { procRoot, sysRoot: '/sys', kernel: release(), program: kernelProgramPath() };
      return missingForEbpf({ ...host, loadLibbpf, inodeOf }, error);
    },
  },
  {
    name: 'sockdiag',
    provides: 'bytes, round-trip times, retransmits, Unix connections',
    create: (options) =>
      createPollingCapture('sockdiag', createSockdiagTable(loadLibc(), options.procRoot), options),
    missingRequirements: (_, error) => missingForSockdiag(error),
  },
  {
    name: 'procfs',
    provides: 'TCP and UDP connections that are open at the time of a cycle',
    create: (options) => createPollingCapture('procfs', createProcfsTable(options.procRoot), options),
  },
];
