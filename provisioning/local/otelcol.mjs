import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goPrograms } from './go-build.mjs';

const MANIFEST = fileURLToPath(new URL('../otelcol/builder.yaml', import.meta.url));
const BUILDER = 'go.opentelemetry.io/collector/cmd/builder';

/**
 * Path of an OpenTelemetry Collector with the components of `provisioning/otelcol/builder.yaml`, or why it is missing.
 *
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ path: string } | { missing: string }>}
 */
export async function collectorBinary(options) {
  const recipe = await readFile(MANIFEST, 'utf8');
  const version = /^ {2}version: ([\d.]+)/m.exec(recipe)?.[1];
  if (!version) throw new Error(`${MANIFEST}: dist.version is missing`);
  const made = await goPrograms(
    {
      what: 'OpenTelemetry Collector',
      name: 'otelcol',
      recipe,
      programs: ['otelcol'],
      async build(folder, go) {
        await copyFile(MANIFEST, join(folder, 'builder.yaml'));
        const built = await go(['run', `${BUILDER}@v${version}`, '--config', 'builder.yaml']);
        if (built.ok) await rename(join(folder, 'build', 'otelcol-musubi'), join(folder, 'otelcol'));
        return built;
      },
    },
    options,
  );
  return 'missing' in made ? made : { path: join(made.folder, 'otelcol') };
}
