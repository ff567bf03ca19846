/**
 * Bundles the agent into `dist/`: one file to read at start-up instead of hundreds, and chunks that are read
 * only when used (YAML, OTLP). koffi stays outside: it finds its native module beside itself.
 */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const here = import.meta.dirname;
await rm(`${here}/dist`, { recursive: true, force: true });
await build({
  entryPoints: { musubi: `${here}/src/run.ts` },
  outdir: `${here}/dist`,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['koffi'],
  // Bundled CommonJS (gRPC) calls require(), which ES modules lack.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
