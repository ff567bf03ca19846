import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Record<string, { readonly 'timeout-minutes'?: number; readonly steps: readonly Step[] }>;
}

interface FormField {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly value?: string; readonly options?: unknown[] };
}

const YAML_FILES = globSync('.github/**/*.yml', { cwd: ROOT });
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT });
const FORMS = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: ROOT }).filter(
  (path) => !path.endsWith('config.yml'),
);

it('finds the files it checks', () => {
  expect(WORKFLOWS).not.toHaveLength(0);
  expect(FORMS).toHaveLength(3);
});

it.each(YAML_FILES)('%s is valid YAML without duplicate keys', (path) => {
  const { errors, warnings } = parseDocument(read(path));
  expect([...errors, ...warnings]).toEqual([]);
});

describe.each(WORKFLOWS)('%s', (path) => {
  const workflow = parse(read(path)) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('has no more than read access', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('limits the time of every job', () => {
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('names a version of every action', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
  });

  it('runs only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = steps.flatMap(({ run = '' }) => [...run.matchAll(/\bnpm (?:run )?(check|test|[\w:-]+)/g)]);
    expect(named.length).toBeGreaterThan(0);
    for (const [, script = ''] of named) expect(Object.keys(scripts)).toContain(script);
  });
});

describe.each(FORMS)('issue form %s', (path) => {
  const form = parse(read(path)) as { name: string; description: string; body: FormField[] };

  it('has a name, a description and fields', () => {
    expect(form.name).not.toBe('');
    expect(form.description).not.toBe('');
    expect(form.body.length).toBeGreaterThan(0);
  });

  it('labels every field, and gives each an id of its own', () => {
    const fields = form.body.filter(({ type }) => type !== 'markdown');
    for (const { attributes } of fields) expect(attributes.label).toBeTruthy();
    const ids = fields.map(({ id }) => id);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it('updates dependencies of folders that exist', () => {
  const { version, updates } = parse(read('.github/dependabot.yml')) as {
    version: number;
    updates: { directory?: string; directories?: string[] }[];
  };
  expect(version).toBe(2);
  for (const { directory, directories = [directory] } of updates) {
    for (const folder of directories) expect(globSync(join(ROOT, `${folder}`))).not.toHaveLength(0);
  }
});

it('builds the development container from a file that exists', () => {
  const text = read('.devcontainer/devcontainer.json').replaceAll(/^\s*\/\/.*$/gm, '');
  const { build } = JSON.parse(text) as { build: { dockerfile: string } };
  expect(existsSync(join(ROOT, '.devcontainer', build.dockerfile))).toBe(true);
});
