import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import config from '../webpack.config.mjs';

const MOST_GZIPPED = 80_000;

let out: string;
let bundle: string;
/** Paths of the bundled files. */
let modules: string[];

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'musubi-panel-'));
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    webpack({ ...config, mode: 'production', output: { ...config.output, path: out } }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  expect(stats?.compilation.errors).toEqual([]);
  modules = filesOf(stats?.toJson({ all: false, modules: true, nestedModules: true }).modules);
  bundle = await readFile(join(out, 'module.js'), 'utf8');
}, 60_000);

afterAll(() => rm(out, { recursive: true, force: true }));

describe('the bundle', () => {
  test('is an AMD module that imports the shared libraries from Grafana', () => {
    const [, dependencies] = /^define\(\[(.*?)\]/.exec(bundle) ?? [];
    const names = dependencies?.split(',').map((name) => name.trim().replaceAll('"', ''));
    expect(names?.toSorted()).toEqual([
      '@emotion/css',
      '@grafana/data',
      '@grafana/runtime',
      '@grafana/ui',
      'i18next',
      'module',
      'react',
      'react/jsx-runtime',
      'rxjs',
    ]);
  });

  test('contains only code under licences compatible with ours', async () => {
    expect(modules.length).toBeGreaterThan(50);
    const packages = new Set(
      modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
    );
    for (const folder of packages) {
      const { license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      expect(license, folder).toMatch(/^(Apache-2\.0|MIT|ISC|0BSD|BSD-[23]-Clause)$/);
    }
  });

  // The checks of @grafana/react-detect, which is not on the npm registry.
  test('uses no API that React 19 removed and no internals of React', () => {
    const removed =
      /__SECRET_INTERNALS|\.(?:defaultProps|propTypes|contextTypes|childContextTypes|getChildContext)\b|\b(?:findDOMNode|unmountComponentAtNode|createFactory|unstable_renderSubtreeIntoContainer)\b|react\.element/;
    expect(bundle).not.toMatch(removed);
    expect('a.defaultProps={}').toMatch(removed);
  });

  test('evaluates no strings as code, which a strict content security policy forbids', () => {
    expect(bundle).not.toMatch(/\beval\(|\bFunction\(|\bimportScripts\(|\.innerHTML\b/);
  });

  test('includes the licence and the README shown in Grafana', async () => {
    for (const name of ['LICENSE', 'README.md']) expect(await readFile(join(out, name), 'utf8')).not.toBe('');
  });

  test('stays below its size limit', () => {
    expect(gzipSync(bundle).length).toBeLessThan(MOST_GZIPPED);
  });
});

describe('plugin.json', () => {
  test('has its placeholders replaced', async () => {
    const { info } = JSON.parse(await readFile(join(out, 'plugin.json'), 'utf8'));
    expect(info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  test('refers to logos and screenshots that are in the build', async () => {
    const { info } = JSON.parse(await readFile(join(out, 'plugin.json'), 'utf8'));
    const paths: string[] = [
      ...Object.values<string>(info.logos),
      ...info.screenshots.map(({ path }: { path: string }) => path),
    ];
    for (const path of paths) expect((await readFile(join(out, path))).length).toBeGreaterThan(0);
  });
});

/** A concatenated module lists the modules it consists of. */
function filesOf(modules: webpack.StatsModule[] = []): string[] {
  return modules.flatMap(({ nameForCondition, modules }) => [
    ...(nameForCondition ? [nameForCondition] : []),
    ...filesOf(modules),
  ]);
}
