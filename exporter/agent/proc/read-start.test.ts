import { expect, it } from 'vitest';
import { createProcTree } from '../../../test/fixtures/proc-tree.ts';
import { readStart } from './read-start.ts';

it('reads a file up to a limit', () => {
  using proc = createProcTree({ 20: { comm: 'app\n' } });
  const path = `${proc.root}/20/comm`;
  expect(readStart(path, 100).toString()).toBe('app\n');
  expect(readStart(path, 2).toString()).toBe('ap');
});

it('returns bytes that the next read does not overwrite', () => {
  using proc = createProcTree({ 20: { comm: 'app\n', cmdline: 'xyz' } });
  const first = readStart(`${proc.root}/20/comm`, 10);
  readStart(`${proc.root}/20/cmdline`, 10);
  expect(first.toString()).toBe('app\n');
});

it('reads files that the kernel returns in pieces', () => {
  // Each read(2) returns at most one page.
  expect(readStart('/proc/self/smaps', 64 * 1024).length).toBeGreaterThan(8192);
});

it('throws when the file does not exist', () => {
  expect(() => readStart('/nowhere/comm', 10)).toThrow('ENOENT');
});
