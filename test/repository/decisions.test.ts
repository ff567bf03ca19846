import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../docs/adr');
const PAGES = globSync('[0-9]*.md', { cwd: FOLDER }).sort();
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

it('numbers decisions without a gap', () => {
  expect(PAGES.map((name) => Number(name.slice(0, 4)))).toEqual(PAGES.map((_, i) => i + 1));
});

describe.each(PAGES)('%s', (name) => {
  const [number] = name.split('-');
  const page = read(name);

  it('has a title, a status, a date and the sections of the template', () => {
    expect(page).toMatch(new RegExp(`^# ${number}: \\S`));
    expect(page).toMatch(/^- Status: (?:proposed|accepted|superseded by \[\d{4}\]\(.+\))$/m);
    expect(page).toMatch(/^- Date: \d{4}-\d{2}-\d{2}$/m);
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual([...read('template.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title));
  });

  it('is in the index under its title', () => {
    const title = /^# \d+: (.+)$/m.exec(page)?.[1];
    expect(read('README.md')).toContain(`[${title}](${name})`);
  });
});
