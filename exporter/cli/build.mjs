/**
 * Builds `dist/`: the BPF objects, if there is a compiler, and the agent and commands as a bundle: one file to read at
 * start-up instead of hundreds, and chunks that are loaded on demand (YAML, OTLP). koffi is not bundled: it finds its
 * native module beside itself.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BPF_OBJECTS, compileBpf } from '@musubi/agent/compile-bpf';
import { build } from 'esbuild';

const here = import.meta.dirname;
const agent = `${here}/../agent`;
for (const folder of [`${here}/dist`, `${agent}/dist`]) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
}
// Before the bundle, which is written last: its absence shows an interrupted build.
const missing = compileBpf(`${agent}/dist`);
if (missing.length === 0)
  for (const object of BPF_OBJECTS) await copyFile(`${agent}/dist/${object}`, `${here}/dist/${object}`);
else console.warn(`note: built without the in-kernel capture (eBPF): ${missing.join(', ')} not found`);
await build({
  entryPoints: { musubi: `${here}/run.ts` },
  outdir: `${here}/dist`,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: ['koffi'],
  // Its ES module hides a require() of gRPC from bundlers: there would be a second copy at run time, and each rejects
  // the other's objects. Its CommonJS version hides nothing.
  alias: {
    '@opentelemetry/otlp-grpc-exporter-base': createRequire(
      createRequire(`${agent}/package.json`).resolve('@opentelemetry/exporter-metrics-otlp-grpc'),
    ).resolve('@opentelemetry/otlp-grpc-exporter-base'),
  },
  // Bundled CommonJS (gRPC) calls require(), which ES modules lack.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
