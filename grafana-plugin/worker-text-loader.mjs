import { build } from 'esbuild';

/**
 * Webpack's loader for `?text`: bundles a worker with its imports and returns it as a string.
 *
 * @this {import('webpack').LoaderContext<object>}
 */
export default async function workerText() {
  const { outputFiles, metafile } = await build({
    entryPoints: [this.resourcePath],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    minify: true,
    metafile: true,
    absWorkingDir: this.rootContext,
  });
  for (const input of Object.keys(metafile.inputs))
    this.addDependency(new URL(input, `file://${this.rootContext}/`).pathname);
  return `export default ${JSON.stringify(outputFiles[0]?.text)};`;
}
