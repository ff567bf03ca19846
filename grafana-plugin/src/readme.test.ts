import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { EDGE_STATES } from './graph/model/graph.ts';
import { FIELDS } from './graph/search/fields.ts';
import { keyHelp } from './panel/keyboard/graph-keys.ts';
import { STATE_LOOKS } from './panel/texts/state-looks.ts';

/** The plugin's page in Grafana documents every query, state, search field, option and key. */

const read = async (path: string) => (await readFile(new URL(path, import.meta.url))).toString();
const page = await read('README.md');
const section = (title: string) => page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';

test('the page lists every query of the dashboard by its refId', async () => {
  const { panels } = JSON.parse(
    await read('../../provisioning/grafana/dashboards/service-dependencies.json'),
  ) as { panels: { type: string; targets: { refId: string }[] }[] };
  const queries = panels.find(({ type }) => type === 'musubi-dependencies-panel')?.targets ?? [];
  expect(queries.length).toBeGreaterThan(5);
  const listed = [...section('Use').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(queries.map(({ refId }) => refId).toSorted());
});

test('the page lists every state with its sign', () => {
  for (const state of EDGE_STATES.filter((each) => each !== 'idle')) {
    const { sign, word } = STATE_LOOKS[state];
    expect(section('Read')).toContain(`\`${sign} ${word()}\``);
  }
});

test.each([...Object.keys(FIELDS), 'from', 'to'])('the page lists the search field %s', (field) => {
  expect(section('Search')).toMatch(new RegExp(`\`${field}[:<>=]`));
});

test('the page lists every option by its name', async () => {
  const names = [...(await read('module.ts')).matchAll(/name: t\('[\w.-]+', '([^']+)'\)/g)].map(
    ([, name = '']) => name,
  );
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect(section('Options')).toContain(name);
});

describe('the page lists the keys', () => {
  const listed = section('By keyboard').replaceAll('−', '-');
  test.each(keyHelp().map(([keys]) => keys))('%s', (keys) => {
    for (const key of keys.replaceAll('−', '-').split(/, | \+ | /))
      expect(listed.toLowerCase()).toContain(key.toLowerCase());
  });
});
