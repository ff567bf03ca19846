/**
 * Bundles the agent into `dist/`: one file to read at start-up instead of hundreds, and chunks that are read
 * only when used (YAML, OTLP). koffi stays outside: it finds its native module beside itself.
 */
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
  // Its ES module hides a require() of gRPC from bundlers: there would be a second copy of it at run time, and
  // each rejects the other's objects. Its CommonJS twin hides nothing.
  alias: {
    '@opentelemetry/otlp-grpc-exporter-base': createRequire(
      import.meta.resolve('@opentelemetry/exporter-metrics-otlp-grpc'),
    ).resolve('@opentelemetry/otlp-grpc-exporter-base'),
  },
  // Bundled CommonJS (gRPC) calls require(), which ES modules lack.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
