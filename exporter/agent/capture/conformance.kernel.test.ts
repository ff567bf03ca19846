import { describe } from 'vitest';
import { loadLibc } from '../native/libc.ts';
import { describeCapture } from './capture.case.ts';
import { createEbpfCapture } from './ebpf/create-ebpf-capture.ts';
import { createPollingCapture } from './polling/create-polling-capture.ts';
import { createProcfsTable } from './procfs/socket-table.ts';
import { createSockdiagTable } from './sockdiag/socket-table.ts';

const POLLING = 'socket tables are only read once a cycle, and do not contain failed attempts by then';
const options = { procRoot: '/proc', netns: 'self' } as const;
const reason =
  process.platform !== 'linux'
    ? 'needs Linux: other systems have no such socket table'
    : process.getuid?.() !== 0
      ? 'needs root to inspect other processes'
      : undefined;

describe.skipIf(reason !== undefined)(`on the kernel of this machine${reason ? ` (${reason})` : ''}`, () => {
  describeCapture({
    name: 'ebpf',
    create: () => createEbpfCapture(options),
    allowed: { aggregates: 'the kernel program counts them in one record' },
  });

  describeCapture({
    name: 'sockdiag',
    create: () => createPollingCapture('sockdiag', createSockdiagTable(loadLibc()), options),
    allowed: { noFailures: POLLING },
  });

  describeCapture({
    name: 'procfs',
    create: () => createPollingCapture('procfs', createProcfsTable('/proc'), options),
    allowed: {
      noFailures: POLLING,
      noRole: 'the text of /proc/net has only listeners',
      noTcpInfo: 'the text of /proc/net has no tcp_info',
      noUnixConnections: 'the text of /proc/net/unix has no peers',
    },
  });
});
