import { expect, it } from 'vitest';
import { createAdmission } from './admission.ts';

it('admits the first keys and keeps them', () => {
  const admission = createAdmission<string>(2);
  expect(['a', 'b', 'c', 'a'].map((key) => admission.admit(key, 1))).toEqual([true, true, false, true]);
  expect(admission.size).toBe(2);
});

it('removes only keys that were last in use before a time', () => {
  const admission = createAdmission<string>(2);
  admission.admit('a', 1);
  admission.admit('b', 2);
  admission.removeUnused(2);
  expect(admission.admit('c', 3)).toBe(true);
  expect(admission.admit('a', 3)).toBe(false);
  expect(admission.admit('b', 3)).toBe(true);
});

it('admits no new key if it must not, even below the limit', () => {
  const admission = createAdmission<string>(2);
  admission.admit('a', 1);
  expect([admission.admit('a', 2, false), admission.admit('b', 2, false)]).toEqual([true, false]);
});
