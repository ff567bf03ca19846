import { join } from 'node:path';

/** Root of the checkout. */
export const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');

/** State of `npm start` and the tests: unpacked tools, Prometheus's data, logs. Ignored by git. */
export const STATE = join(ROOT, '.musubi');

/** Programs of the npm packages, including the pinned Node.js. */
export const BIN = join(ROOT, 'node_modules/.bin');

/** Environment for child processes: `node` is the pinned one, and writes no compile cache to /tmp. */
export const ENV = {
  ...process.env,
  PATH: `${BIN}:${process.env.PATH}`,
  NODE_DISABLE_COMPILE_CACHE: '1',
};
