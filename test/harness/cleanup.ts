import { afterAll } from 'vitest';

const pending: (() => unknown)[] = [];

/** Runs a clean-up when the test file ends, in reverse order. Can be called anywhere, also in hooks. */
export function onFileEnd(undo: () => unknown): void {
  pending.push(undo);
}

// In a set-up file of the test runner: a hook registered within a hook would never run.
afterAll(async () => {
  for (const undo of pending.splice(0).reverse()) await undo();
});
