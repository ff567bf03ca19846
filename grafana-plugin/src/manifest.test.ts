import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

/**
 * plugin.json as Grafana and its catalogue require it: the schema at
 * https://github.com/grafana/grafana/blob/main/docs/sources/developers/plugins/plugin.schema.json, which no npm
 * package has, and the rules of publishing a plugin.
 */

const read = (path: string) => readFile(new URL(path, import.meta.url));
const manifest = JSON.parse((await read('plugin.json')).toString());
const { info, dependencies } = manifest;

/** The fields that a panel may have, with `languages` and `suggestions`, which the schema does not have yet. */
const FIELDS = [
  '$schema',
  'dependencies',
  'id',
  'info',
  'languages',
  'name',
  'skipDataQuery',
  'suggestions',
  'type',
];
const ABOUT = ['author', 'description', 'keywords', 'links', 'logos', 'screenshots', 'updated', 'version'];

test('plugin.json has the fields of a panel plugin and no unknown ones', () => {
  expect(Object.keys(manifest).sort()).toEqual(FIELDS);
  expect(Object.keys(info).sort()).toEqual(ABOUT);
});

test('plugin.json follows the schema', () => {
  expect(manifest.type).toBe('panel');
  expect(manifest.id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?panel$/);
  expect(manifest.skipDataQuery).toBe(false);
  expect(manifest.suggestions).toBe(true);
  expect(info.version).toBe('%VERSION%');
  expect(info.updated).toBe('%TODAY%');
  expect(info.description).not.toBe('');
  expect(info.keywords.length).toBeGreaterThan(3);
  expect(new Set(info.keywords).size).toBe(info.keywords.length);
  for (const link of info.links) {
    expect(Object.keys(link)).toEqual(['name', 'url']);
    expect(new URL(link.url).protocol).toBe('https:');
  }
  expect(dependencies.plugins).toEqual([]);
  expect(dependencies.grafanaDependency).toMatch(
    /^(<=|>=|<|>|=|~|\^)?([0-9]+)(\.[0-9x*]+)(\.[0-9x*]+)?(\s(<=|>=|<|=>)?([0-9]+)(\.[0-9x]+)(\.[0-9x]+))?$/,
  );
});

test('the logos make no requests and run no code', async () => {
  expect(Object.keys(info.logos).sort()).toEqual(['large', 'small']);
  for (const path of Object.values<string>(info.logos)) {
    const svg = (await read(path)).toString();
    expect(svg).toContain('<svg');
    expect(svg).not.toMatch(/<script|\bon\w+=|href=|url\(/);
  }
});

describe('the screenshots', () => {
  test.each<{ name: string; path: string }>(info.screenshots)('$path', async ({ name, path }) => {
    expect(name).not.toBe('');
    const png = await read(path);
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    // The first chunk holds width and height: RFC 2083, 4.1.1.
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(1280);
    expect(png.length).toBeLessThan(300_000);
  });

  test('cover both themes', () => {
    const paths: string[] = info.screenshots.map(({ path }: { path: string }) => path);
    for (const theme of ['dark', 'light']) expect(paths.some((path) => path.includes(theme))).toBe(true);
  });
});

test('the page in the catalogue has a description, requirements and instructions', async () => {
  const page = (await read('README.md')).toString();
  for (const title of ['# Musubi dependencies', '## Requirements', '## Use', '## Read'])
    expect(page).toContain(`${title}\n`);
  const { grafanaDependency } = dependencies;
  expect(page).toContain(`Grafana ${grafanaDependency.replace('>=', '').replace(/\.0$/, '')} or later`);
});
