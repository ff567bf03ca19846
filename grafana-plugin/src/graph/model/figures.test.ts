import { expect, test } from 'vitest';
import { isIdle } from './figures.ts';

test('an edge is idle if it is known that nothing was opened, failed or carried', () => {
  expect(isIdle({ opened: 0, transmit: 0, receive: 0 })).toBe(true);
  expect(isIdle({ opened: 0, failed: 0, transmit: 0, open: 0 })).toBe(true);
});

test('an edge is not idle where anything was counted', () => {
  for (const figure of ['opened', 'failed', 'transmit', 'receive', 'open'] as const)
    expect(isIdle({ opened: 0, transmit: 0, receive: 0, [figure]: 1 })).toBe(false);
});

test('an edge is not idle where connections or bytes are not known', () => {
  expect(isIdle({})).toBe(false);
  expect(isIdle({ open: 0 })).toBe(false);
  expect(isIdle({ opened: 0, failed: 0, open: 0 })).toBe(false);
  expect(isIdle({ transmit: 0, receive: 0 })).toBe(false);
});
