import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.mjs';

const plugin = fileURLToPath(new URL('..', import.meta.url));
await buildPage({ out: `${plugin}dist-standalone`, libraries: plugin });
