import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProcTree, type ProcTree } from '../../../test/fixtures/proc-tree.ts';
import { createIdentifier, type Identifier } from './identify.ts';

let proc: ProcTree;
let identifier: Identifier;

beforeEach(() => {
  proc = createProcTree({ 20: { comm: 'python3\n', cmdline: 'python3\0/srv/billing.py\0' } });
  identifier = createIdentifier(proc.root);
  identifier.beginPass();
});

afterEach(() => proc[Symbol.dispose]());

const billing = { service: 'billing', process: 'python3', pid: 20 };

it('names a process', () => {
  expect(identifier.identify(20)).toEqual(billing);
  expect(identifier.identify(21)).toBeUndefined();
});

it('reads a process once in a pass, and anew in the next', () => {
  identifier.identify(20);
  proc.start(20, { comm: 'nginx\n', cmdline: 'nginx\0' });
  expect(identifier.identify(20)).toEqual(billing);
  identifier.beginPass();
  expect(identifier.identify(20)).toEqual({ service: 'nginx', process: 'nginx', pid: 20 });
});

it('remembers a process that has ended for as long as every pass asks for it', () => {
  identifier.identify(20);
  proc.exit(20);
  for (let pass = 0; pass < 3; pass++) {
    identifier.beginPass();
    expect(identifier.identify(20)).toEqual(billing);
  }
  identifier.beginPass();
  identifier.beginPass();
  expect(identifier.identify(20)).toBeUndefined();
});
