import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import config from '../webpack.config.mjs';

const MOST_GZIPPED = 60_000;

let out: string;
let bundle: string;
let modules: string[];

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'musubi-panel-'));
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    webpack({ ...config, mode: 'production', output: { ...config.output, path: out } }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  expect(stats?.compilation.errors).toEqual([]);
  modules = [...(stats?.compilation.modules ?? [])].map((module) => module.identifier());
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
      '@grafana/ui',
      'module',
      'react',
      'react/jsx-runtime',
    ]);
  });

  test('contains nothing but our own code', () => {
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter((name) => name.includes('node_modules') && !name.includes('swc-loader'))).toEqual(
      [],
    );
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

  test('has the id and the fields that Grafana requires, and logos that exist', async () => {
    const manifest = JSON.parse(await readFile(join(out, 'plugin.json'), 'utf8'));
    expect(manifest).toMatchObject({ type: 'panel', id: 'musubi-dependencies-panel', suggestions: true });
    expect(manifest.dependencies.grafanaDependency).toMatch(/^>=\d+\.\d+\.\d+$/);
    expect(manifest.info.keywords.length).toBeGreaterThan(0);
    for (const logo of Object.values<string>(manifest.info.logos)) {
      expect(await readFile(join(out, logo), 'utf8')).toContain('<svg');
    }
  });
});
