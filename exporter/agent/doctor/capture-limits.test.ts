import { expect, it } from 'vitest';
import { captureLimits } from './capture-limits.ts';

const [DAC_READ_SEARCH, SYS_PTRACE, SYS_ADMIN] = [1n << 2n, 1n << 19n, 1n << 21n] as const;
const NAMES = DAC_READ_SEARCH | SYS_PTRACE;

it.each([
  ['ebpf', SYS_PTRACE, []],
  ['ebpf', DAC_READ_SEARCH, ['names of other users’ processes are cut short (no CAP_SYS_PTRACE)']],
  ['sockdiag', NAMES | SYS_ADMIN, []],
  ['sockdiag', NAMES, ['own network namespace only (no CAP_SYS_ADMIN)']],
  ['sockdiag', SYS_ADMIN | SYS_PTRACE, ['names the processes of its own user only (no CAP_DAC_READ_SEARCH)']],
  ['procfs', NAMES, []],
  [
    'procfs',
    0n,
    [
      'names the processes of its own user only (no CAP_SYS_PTRACE, no CAP_DAC_READ_SEARCH)',
      'own network namespace only (no CAP_SYS_PTRACE)',
    ],
  ],
] as const)('tells what %s lacks', (capture, held, limits) => {
  expect(captureLimits(capture, held, 'all').map(({ what }) => what)).toEqual(limits);
});

it('does not miss what is of use in other network namespaces where only the own one is wanted', () => {
  expect(captureLimits('sockdiag', NAMES, 'self')).toEqual([]);
  expect(captureLimits('sockdiag', SYS_PTRACE, 'self')).toEqual([
    {
      what: 'names the processes of its own user only (no CAP_DAC_READ_SEARCH)',
      remedy: 'grant CAP_DAC_READ_SEARCH, or run as root',
    },
  ]);
});
