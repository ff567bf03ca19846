import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProcTree } from '../../../test/fixtures/proc-tree.ts';
import { parsePortRange, readEphemeralPorts } from './port-range.ts';

it('reads the kernel’s format', () => {
  expect(parsePortRange('32768\t60999\n')).toEqual({ first: 32768, last: 60999 });
  using proc = createProcTree();
  mkdirSync(`${proc.root}/sys/net/ipv4`, { recursive: true });
  writeFileSync(`${proc.root}/sys/net/ipv4/ip_local_port_range`, '1024\t65535\n');
  expect(readEphemeralPorts(proc.root)).toEqual({ first: 1024, last: 65535 });
});

it.each(['', '1024', 'a b', '1 2 3'])('uses the kernel’s default for %j', (text) => {
  expect(parsePortRange(text)).toBeUndefined();
  expect(readEphemeralPorts('/nowhere')).toEqual({ first: 32768, last: 60999 });
});
