import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

/** The page without code, in which brackets mean something else. */
function readProse(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/<!--.*?-->/gs, '');
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of readProse(path).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const base = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with the links of a page that lead into the repository. */
function brokenLinks(path: string): string[] {
  const targets = [
    ...[
      ...readProse(path)
        .replaceAll(/`[^`]*`/g, '')
        .matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g),
    ],
    ...readProse(path).matchAll(/\b(?:src|srcset|href)="([^"]+)"/g),
  ].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^(?:https?|mailto):/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const leadsTo = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file)));
    if (!existsSync(join(ROOT, leadsTo))) return true;
    return anchor !== undefined && leadsTo.endsWith('.md') && !anchorsOf(leadsTo).has(anchor);
  });
}

it('finds pages', () => {
  expect(PAGES).toContain('README.md');
});

it.each(PAGES)('%s links to files and headings that exist', (path) => {
  expect(brokenLinks(path)).toEqual([]);
});

it.each(PAGES)('%s names files and folders that exist', (path) => {
  const paths = readProse(path).matchAll(/`((?:exporter|grafana-plugin|provisioning|test|docs)\/[\w./-]*)`/g);
  // What is built is not there before a build.
  const named = [...paths].map(([, named = '']) => named).filter((named) => !/\/dist(?:-|\/|$)/.test(named));
  expect(named.filter((named) => !existsSync(join(ROOT, named)))).toEqual([]);
});
