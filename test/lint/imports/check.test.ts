import { describe, expect, it } from 'vitest';
import { checkImports, type Package } from './check.ts';
import { importMap } from './map.ts';
import { readImports } from './read-imports.ts';

const PACKAGES: readonly Package[] = [
  { name: 'test', folder: 'test', imports: ['@x/app'], byPath: ['@x/app'], layers: [['*']] },
  {
    name: '@x/app',
    folder: 'app',
    imports: ['@x/contract'],
    withoutModules: /^@grafana\//,
    layers: [['main.ts'], ['draw', 'read'], ['draw/near', 'net']],
  },
  { name: '@x/contract', folder: 'contract', imports: [], layers: [['*']] },
];

const check = (files: Record<string, string>, ...exceptions: [string, string][]) =>
  checkImports(new Map(Object.entries(files)), PACKAGES, exceptions);

it.each([
  ["import { a } from './a.ts';", './a.ts'],
  ["import type { A } from './a.ts';", './a.ts'],
  ["import './a.ts';", './a.ts'],
  ["export * from './a.ts';", './a.ts'],
  ["export { type A } from './a.ts';", './a.ts'],
  ["const a = await import('./a.ts');", './a.ts'],
  ["let a: import('./a.ts').A;", './a.ts'],
])('reads the import of %s', (source, specifier) => {
  expect(readImports('b.ts', `\n${source}`)).toEqual([{ specifier, line: 2 }]);
});

describe('between folders', () => {
  it('an import may go down, and stay within its folder', () => {
    const { findings } = check({
      'app/main.ts': "import './draw/a.ts'; import './net/a.ts';",
      'app/draw/a.ts': "import './b.ts'; import './near/a.ts';",
    });
    expect(findings).toEqual([]);
  });

  it('an import must not go up, nor to a folder of the same layer', () => {
    const { findings } = check({
      'app/draw/near/a.ts': "import '../a.ts';",
      'app/read/a.ts': "import '../draw/near/a.ts';\nimport type { A } from '../draw/a.ts';",
    });
    expect(findings).toEqual([
      'app/draw/near/a.ts:1: draw/near is not above draw (../a.ts)',
      'app/read/a.ts:2: read is not above draw (../draw/a.ts)',
    ]);
  });

  it('a test may import all of its package, and the harness', () => {
    const { findings } = check({ 'app/net/a.test.ts': "import '../main.ts'; import '../../test/a.ts';" });
    expect(findings).toEqual([]);
  });

  it('a folder must be in a layer', () => {
    expect(check({ 'app/new/a.ts': '' }).findings).toEqual([
      'app/new/a.ts: its folder is in no layer of @x/app',
    ]);
  });

  it('an exception is not reported, unless there is no such import any more', () => {
    const files = { 'app/net/a.ts': "import '../read/a.ts';" };
    expect(check(files, ['app/net/a.ts', 'app/read/a.ts']).findings).toEqual([]);
    expect(check({ 'app/net/a.ts': '' }, ['app/net/a.ts', 'app/read/a.ts']).findings).toEqual([
      'app/net/a.ts → app/read/a.ts: is listed as an exception but does not exist: remove it',
    ]);
  });
});

describe('between packages', () => {
  it.each([
    ['contract/a.ts', '@x/app/main', '@x/contract must not import @x/app (@x/app/main)'],
    ['contract/a.ts', '../app/main.ts', '@x/contract must not import @x/app (../app/main.ts)'],
    ['app/net/a.ts', '../../contract/a.ts', 'import @x/contract by its name, not ../../contract/a.ts'],
    ['app/net/a.ts', '../../test/a.ts', '@x/app must not import test (../../test/a.ts)'],
    ['app/net/a.ts', '@grafana/data', '@x/app must not import @grafana/data'],
  ])('%s must not import %s', (path, specifier, finding) => {
    expect(check({ [path]: `import '${specifier}';` }).findings).toEqual([`${path}:1: ${finding}`]);
  });

  it('a package imports those that it may by name, and the tests by path', () => {
    const { findings } = check({
      'app/net/a.ts': "import '@x/contract/a'; import 'node:fs';",
      'test/a.ts': "import '../app/main.ts';",
    });
    expect(findings).toEqual([]);
  });
});

it('prints the map of imports, from top to bottom', () => {
  const report = check({
    'app/main.ts': "import './draw/a.ts'; import './net/a.ts'; import './net/b.ts'; import '@x/contract/a';",
  });
  expect(importMap(PACKAGES, report).split('\n')).toEqual([
    'Packages',
    '  test        → –',
    '  @x/app      → @x/contract (1)',
    '  @x/contract → –',
    '',
    '@x/app (app/)',
    '  main.ts   → draw (1), net (2)',
    '  draw      → –',
    '  read      → –',
    '  draw/near → –',
    '  net       → –',
  ]);
});
