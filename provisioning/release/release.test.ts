import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../local/paths.mjs';
import { writeChecksums } from './artifacts.mjs';
import { dateChangelog, unreleased } from './changelog.mjs';
import { makeRelease } from './make-release.mjs';
import { bumpLock, bumpManifest } from './manifests.mjs';
import { whyNotNext } from './version.mjs';
import { makeZip } from './zip.mjs';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- A thing that costs $& and $1.

## [0.1.0] - 2026-11-23

- The first.
`;

describe('a version', () => {
  it.each([
    ['0.1.1', '0.1.0'],
    ['0.2.0', '0.1.9'],
    ['1.0.0', '0.9.9'],
    ['0.10.0', '0.9.0'],
  ])('%s follows %s', (next, current) => expect(whyNotNext(next, current)).toBeUndefined());

  it.each(['0.1.0', '0.0.9', '1', 'v1.0.0', '1.0.0-rc.1', '01.0.0', ''])('%j does not follow 0.1.0', (next) =>
    expect(whyNotNext(next, '0.1.0')).toMatch(/version/),
  );
});

describe('the changelog', () => {
  it('gets the date where the unreleased changes begin', () => {
    const dated = dateChangelog(CHANGELOG, '0.2.0', '2027-01-15');
    expect(dated).toContain(
      '## [Unreleased]\n\n## [0.2.0] - 2027-01-15\n\n### Added\n\n- A thing that costs $& and $1.',
    );
    expect(unreleased(dated)).toBe('');
  });

  it('is refused without changes, without the heading, and with the same version', () => {
    const empty = dateChangelog(CHANGELOG, '0.2.0', '2027-01-15');
    expect(() => dateChangelog(empty, '0.3.0', '2027-01-16')).toThrow(/nothing under/);
    expect(() => dateChangelog('# Changelog\n', '0.2.0', '2027-01-15')).toThrow(/no heading/);
    expect(() => dateChangelog(CHANGELOG, '0.1.0', '2027-01-15')).toThrow(/already/);
  });

  it('of this repository can be dated', () => {
    const own = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    expect(() => unreleased(own)).not.toThrow();
  });
});

describe('manifests', () => {
  const workspaces = new Map([
    ['a', '@x/a'],
    ['b', '@x/b'],
  ]);

  it('get the version, and that of the workspaces they take at their own version', () => {
    const text = JSON.stringify({
      name: '@x/b',
      version: '0.1.0',
      dependencies: { '@x/a': '0.1.0', y: '0.1.0' },
      peerDependencies: { '@x/a': '*' },
    });
    expect(JSON.parse(bumpManifest(text, '0.2.0', new Set(workspaces.values())))).toEqual({
      name: '@x/b',
      version: '0.2.0',
      dependencies: { '@x/a': '0.2.0', y: '0.1.0' },
      peerDependencies: { '@x/a': '*' },
    });
  });

  it('in the lock file change for the workspaces alone', () => {
    const lock = {
      name: 'x',
      version: '0.1.0',
      packages: {
        '': { name: 'x', version: '0.1.0' },
        a: { name: '@x/a', version: '0.1.0' },
        b: { name: '@x/b', version: '0.1.0', dependencies: { '@x/a': '0.1.0' } },
        'node_modules/@x/a': { resolved: 'a', link: true },
        'node_modules/y': { version: '0.1.0' },
      },
    };
    expect(JSON.parse(bumpLock(JSON.stringify(lock), '0.2.0', workspaces))).toEqual({
      name: 'x',
      version: '0.2.0',
      packages: {
        '': { name: 'x', version: '0.2.0' },
        a: { name: '@x/a', version: '0.2.0' },
        b: { name: '@x/b', version: '0.2.0', dependencies: { '@x/a': '0.2.0' } },
        'node_modules/@x/a': { resolved: 'a', link: true },
        'node_modules/y': { version: '0.1.0' },
      },
    });
  });

  it('of this repository keep their format', () => {
    const { version, workspaces: folders } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const folder of ['', ...folders]) {
      const text = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
      expect(bumpManifest(text, version, new Set())).toBe(text);
    }
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expect(bumpLock(lock, version, new Map())).toBe(lock);
  });
});

it('writes a zip archive with every file in it, the same each time', () => {
  const files = [
    { name: 'b/größe.txt', data: Buffer.from('x'.repeat(1000)) },
    { name: 'a.txt', data: Buffer.from('hello') },
  ];
  const zip = makeZip(files);
  expect(makeZip([...files].reverse())).toEqual(zip);
  expect(readZip(zip)).toEqual({ 'a.txt': 'hello', 'b/größe.txt': 'x'.repeat(1000) });
});

/** What an archive holds, by its directory at the end. */
function readZip(zip: Buffer): Record<string, string> {
  const end = zip.length - 22;
  expect(zip.readUInt32LE(end)).toBe(0x06054b50);
  const held: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const packed = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const data = zip.readUInt32LE(at + 42) + 30 + nameLength;
    held[name] = inflateRawSync(zip.subarray(data, data + packed)).toString();
    at += 46 + nameLength;
  }
  return held;
}

describe('a release', () => {
  let root: string;
  let lines: string[];
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const read = (path: string) => readFileSync(join(root, path), 'utf8');

  const release = (version: string, options: { dryRun?: boolean; build?: () => Promise<void> } = {}) =>
    makeRelease({
      root,
      version,
      date: '2027-01-15',
      folder: join(root, '.musubi/release'),
      dryRun: false,
      log: (line) => lines.push(line),
      build: async ({ folder }) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'musubi.tgz'), 'packed');
        await writeChecksums(folder);
      },
      ...options,
    });

  beforeEach(() => {
    lines = [];
    root = mkdtempSync(join(tmpdir(), 'musubi-release-'));
    const files = {
      'package.json': { name: 'x', version: '0.1.0', workspaces: ['a'] },
      'a/package.json': { name: '@x/a', version: '0.1.0' },
      'package-lock.json': {
        version: '0.1.0',
        packages: { '': { version: '0.1.0' }, a: { version: '0.1.0' } },
      },
    };
    mkdirSync(join(root, 'a'));
    for (const [path, content] of Object.entries(files))
      writeFileSync(join(root, path), JSON.stringify(content));
    writeFileSync(join(root, 'CHANGELOG.md'), CHANGELOG);
    writeFileSync(join(root, '.gitignore'), '.musubi/\n');
    git('init', '--quiet', '--initial-branch=main');
    git('config', 'user.name', 'Test');
    git('config', 'user.email', 'test@example.net');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Begin');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('sets versions, dates the changelog, builds, commits and tags', async () => {
    await release('0.2.0');
    for (const path of ['package.json', 'a/package.json', 'package-lock.json'])
      expect(JSON.parse(read(path)).version).toBe('0.2.0');
    expect(read('CHANGELOG.md')).toContain('## [0.2.0] - 2027-01-15');
    expect(read('.musubi/release/SHA256SUMS')).toMatch(/^[0-9a-f]{64} {2}musubi\.tgz\n$/);
    expect(git('log', '-1', '--format=%s')).toBe('Release 0.2.0');
    expect(git('rev-parse', 'v0.2.0^{commit}')).toBe(git('rev-parse', 'HEAD'));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('changes nothing with --dry-run, and prints the steps', async () => {
    await release('0.2.0', { dryRun: true });
    expect(git('status', '--porcelain')).toBe('');
    expect(git('tag')).toBe('');
    expect(lines).toEqual([
      'would write package.json, a/package.json, package-lock.json, CHANGELOG.md',
      'would build the artifacts into .musubi/release',
      'would commit "Release 0.2.0"',
      'would tag v0.2.0',
    ]);
  });

  it('is neither committed nor tagged when the build fails', async () => {
    await expect(
      release('0.2.0', { build: () => Promise.reject(new Error('no compiler')) }),
    ).rejects.toThrow();
    expect(git('log', '--format=%s')).toBe('Begin');
    expect(git('tag')).toBe('');
  });

  it('is refused with uncommitted changes, an existing tag or an earlier version', async () => {
    await expect(release('0.1.0')).rejects.toThrow(/not later/);
    git('tag', 'v0.2.0');
    await expect(release('0.2.0')).rejects.toThrow(/already exists/);
    writeFileSync(join(root, 'new.txt'), '');
    await expect(release('0.3.0')).rejects.toThrow(/uncommitted changes:\n\?\? new\.txt/);
  });
});
