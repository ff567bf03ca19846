import { expect, it } from 'vitest';
import { holdsCapability, parseEffectiveCapabilities } from './capabilities.ts';

const status = (hex: string) =>
  `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${hex}\nCapBnd:\t000001ffffffffff\n`;

it('reads only the effective set', () => {
  const set = parseEffectiveCapabilities(status('0000000000080004'));
  expect(holdsCapability(set, 'CAP_SYS_PTRACE')).toBe(true);
  expect(holdsCapability(set, 'CAP_DAC_READ_SEARCH')).toBe(true);
  expect(holdsCapability(set, 'CAP_NET_ADMIN')).toBe(false);
  expect(holdsCapability(set, 'CAP_SYS_ADMIN')).toBe(false);
});

it('reads bits above 32, and no capabilities from text without CapEff', () => {
  expect(holdsCapability(parseEffectiveCapabilities(status('000001ffffffffff')), 'CAP_SYS_ADMIN')).toBe(true);
  expect(parseEffectiveCapabilities(status('0000010000000000'))).toBe(1n << 40n);
  expect(parseEffectiveCapabilities('')).toBe(0n);
});
