import { expect, it } from 'vitest';
import { captureLimits } from './capture-limits.ts';

const [DAC_READ_SEARCH, SYS_PTRACE, SYS_ADMIN] = [1n << 2n, 1n << 19n, 1n << 21n] as const;
const NAMES = DAC_READ_SEARCH | SYS_PTRACE;

it.each([
  ['ebpf', SYS_PTRACE, []],
  ['ebpf', DAC_READ_SEARCH, ['truncates the names of other users’ processes (no CAP_SYS_PTRACE)']],
  ['sockdiag', NAMES | SYS_ADMIN, []],
  ['sockdiag', NAMES, ['reads only its own network namespace (no CAP_SYS_ADMIN)']],
  ['sockdiag', SYS_ADMIN | SYS_PTRACE, ['names only processes of its own user (no CAP_DAC_READ_SEARCH)']],
  ['procfs', NAMES, []],
  [
    'procfs',
    0n,
    [
      'names only processes of its own user (no CAP_SYS_PTRACE, no CAP_DAC_READ_SEARCH)',
      'reads only its own network namespace (no CAP_SYS_PTRACE)',
    ],
  ],
] as const)('reports the limits of %s', (capture, held, limits) => {
  expect(captureLimits(capture, held, 'all').map(({ what }) => what)).toEqual(limits);
});

it('reports no limit of other network namespaces when only the own one is read', () => {
  expect(captureLimits('sockdiag', NAMES, 'self')).toEqual([]);
  expect(captureLimits('sockdiag', SYS_PTRACE, 'self')).toEqual([
    {
      what: 'names only processes of its own user (no CAP_DAC_READ_SEARCH)',
      remedy: 'grant CAP_DAC_READ_SEARCH, or run as root',
    },
  ]);
});
