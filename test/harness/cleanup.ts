import { afterAll } from 'vitest';

const pending: (() => unknown)[] = [];

/** Has something undone when the test file ends, last things first. May be called anywhere, hooks included. */
export function onFileEnd(undo: () => unknown): void {
  pending.push(undo);
}

// As a set-up file of the test runner: a hook registered from within a hook would never run.
afterAll(async () => {
  for (const undo of pending.splice(0).reverse()) await undo();
});
