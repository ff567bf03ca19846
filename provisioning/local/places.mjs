import { join } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');

/** What the set-up and the main job keep: unpacked tools, Prometheus's data, logs. Ignored by git. */
export const STATE = join(ROOT, '.musubi');

/** The programs of the npm packages, the pinned Node.js among them. */
export const BIN = join(ROOT, 'node_modules/.bin');

/** The environment for child processes: in it `node` is the pinned one, and leaves no compiled code in /tmp. */
export const ENV = {
  ...process.env,
  PATH: `${BIN}:${process.env.PATH}`,
  NODE_DISABLE_COMPILE_CACHE: '1',
};
