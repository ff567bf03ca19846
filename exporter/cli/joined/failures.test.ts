import { expect, it } from 'vitest';
import { failures, failureTexts } from './failures.ts';

it('does not count attempts that the client cancelled as failures', () => {
  const failed = { refused: 1, cancelled: 4, host_unreachable: 2, reset: 0 };
  expect(failures(failed)).toBe(3);
  expect(failureTexts(failed, String)).toEqual(['3 failed (2 host unreachable, 1 refused)', '4 cancelled']);
  expect(failureTexts({}, String)).toEqual([]);
});
