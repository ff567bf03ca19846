import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import config from '../webpack.config.mjs';

const MOST_GZIPPED = 75_000;

let out: string;
let bundle: string;
/** Paths of the files that it is made of. */
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
  test('is an AMD module that asks Grafana for the shared libraries', () => {
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

  test('takes in no code but under a licence that goes with ours', async () => {
    expect(modules.length).toBeGreaterThan(50);
    const packages = new Set(
      modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
    );
    for (const folder of packages) {
      const { license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      expect(license, folder).toMatch(/^(Apache-2\.0|MIT|ISC|0BSD|BSD-[23]-Clause)$/);
    }
  });

  // What @grafana/react-detect looks for, which the npm registry does not have.
  test('uses nothing that React 19 took away, and no inside of React', () => {
    const gone =
      /__SECRET_INTERNALS|\.(?:defaultProps|propTypes|contextTypes|childContextTypes|getChildContext)\b|\b(?:findDOMNode|unmountComponentAtNode|createFactory|unstable_renderSubtreeIntoContainer)\b|react\.element/;
    expect(bundle).not.toMatch(gone);
    expect('a.defaultProps={}').toMatch(gone);
  });

  test('makes no code from text, as a strict policy would forbid', () => {
    expect(bundle).not.toMatch(/\beval\(|\bFunction\(|\bimportScripts\(|\.innerHTML\b/);
  });

  test('brings its licence and what its page in Grafana shows', async () => {
    for (const name of ['LICENSE', 'README.md']) expect(await readFile(join(out, name), 'utf8')).not.toBe('');
  });

  test('is small', () => {
    expect(gzipSync(bundle).length).toBeLessThan(MOST_GZIPPED);
  });
});

describe('plugin.json', () => {
  test('has its placeholders filled', async () => {
    const { info } = JSON.parse(await readFile(join(out, 'plugin.json'), 'utf8'));
    expect(info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  test('brings its logos and pictures', async () => {
    const { info } = JSON.parse(await readFile(join(out, 'plugin.json'), 'utf8'));
    const paths: string[] = [
      ...Object.values<string>(info.logos),
      ...info.screenshots.map(({ path }: { path: string }) => path),
    ];
    for (const path of paths) expect((await readFile(join(out, path))).length).toBeGreaterThan(0);
  });
});

/** A module that webpack put together of others lists them. */
function filesOf(modules: webpack.StatsModule[] = []): string[] {
  return modules.flatMap(({ nameForCondition, modules }) => [
    ...(nameForCondition ? [nameForCondition] : []),
    ...filesOf(modules),
  ]);
}
