import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves to the first value of `probe` that is not undefined. Rejects after `patience` ms with what was awaited, and
 * the last error of the probe as its cause.
 */
export async function waitFor<T>(
  probe: () => T | undefined | Promise<T | undefined>,
  awaited: string | (() => string | Promise<string>),
  patience = 50_000,
): Promise<T> {
  const deadline = performance.now() + patience;
  let cause: unknown;
  do {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(50);
  } while (performance.now() < deadline);
  throw new Error(
    `waited ${patience / 1000} s for ${typeof awaited === 'string' ? awaited : await awaited()}`,
    {
      cause,
    },
  );
}
