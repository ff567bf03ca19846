/** The panel uses nothing of Grafana 13's libraries that those of Grafana 12 lack. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { npmFolder } from '../../provisioning/local/npm-folder.mjs';
import { NODE, ROOT } from '../harness/places.ts';

/** The libraries of 12.1 to 12.4.3 cannot be installed: they depend on a package that is in no registry. */
const OLDEST = '12.4.10';

/**
 * Reported by levitate, but harmless: a type in a deprecated overload, which the panel does not use, was declared
 * differently.
 */
const HARMLESS = ['Changed `PanelPlugin.setSuggestionsSupplier` used in'];

test(`@grafana/levitate finds nothing that Grafana ${OLDEST} lacks`, { timeout: 300_000 }, async () => {
  const targets = ['data', 'ui', 'runtime'].map((name) => `@grafana/${name}@${OLDEST}`);
  const report = await levitate(['is-compatible', '--path', 'src/module.ts', '--target', targets.join(',')]);
  for (const target of targets) expect(report).toContain(`compatibility between src/module.ts and ${target}`);
  expect(report.match(/Successfully compared versions/g) ?? [], report).toHaveLength(targets.length);
  const found = [...report.matchAll(/^\d+\) (.*)$/gm)].map(([, line = '']) => line);
  expect(found.filter((line) => !HARMLESS.some((start) => line.startsWith(start)))).toEqual([]);
});

/**
 * The panel in a folder of its own: levitate takes the libraries in use from npm, which lists those of the whole
 * project if the panel is one of its workspaces.
 */
function panelAlone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-panel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['package.json', 'tsconfig.json', 'src'])
    cpSync(join(ROOT, 'grafana-plugin', name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The output of levitate for the panel; its exit code is not 0 for harmless findings either. */
async function levitate(args: readonly string[]): Promise<string> {
  const program = join(npmFolder('plugin-checks'), 'node_modules/.bin/levitate');
  const run = promisify(execFile)(NODE, [program, ...args], {
    cwd: panelAlone(),
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}
