import { expect, it } from 'vitest';
import { createProcTree } from '../../../test/fixtures/proc-tree.ts';
import { listPids } from './pids.ts';

it('lists only processes, ascending', () => {
  using proc = createProcTree({ 100: {}, 9: {}, self: {}, net: {}, 20: {} });
  expect(listPids(proc.root)).toEqual([9, 20, 100]);
});

it('throws without a proc file system', () => {
  expect(() => listPids('/nowhere')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
