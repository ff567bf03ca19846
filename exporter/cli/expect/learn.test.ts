import { expect, it } from 'vitest';
import type { ServiceEdge } from '../joined/edge.ts';
import { type EdgeHistory, learnExpectations } from './learn.ts';
import { parseExpectations } from './parse-expectations.ts';

const edge = (source: string, destination: string): ServiceEdge => ({
  src: { name: source },
  dst: { name: destination },
  port: 5432,
  transport: 'tcp',
});
const history = (of: ServiceEdge, longestGap: number | undefined = 60): EdgeHistory => ({
  edge: of,
  days: 14,
  ofDays: 14,
  connections: 12_340,
  longestGap,
  unused: 30,
});
const read = (text: string) => parseExpectations(text, 'edges.yaml');
const learn = (histories: EdgeHistory[], text?: string) =>
  learnExpectations(histories, text === undefined ? undefined : read(text), '14d');

it('writes a file ordered by name', () => {
  const once = { ...history(edge('odd', 'db'), undefined), longestGap: undefined, days: 1, connections: 1 };
  const histories = [
    history(edge('web', 'db')),
    history(
      { ...edge('api', 'db'), src: { name: 'api', site: 'fra' }, dst: { name: 'db', site: 'ams' } },
      86_400,
    ),
    once,
  ];
  const { text } = learn(histories);
  expect(text.slice(text.indexOf('version:'))).toBe(`version: 1
expect:
  - source: api
    source_site: fra
    destination: db
    destination_site: ams
    port: 5432
    transport: tcp
    max_gap: 26h
    why: seen on 14 of 14 days, 12,340 connections
  - source: odd
    destination: db
    port: 5432
    transport: tcp
    max_gap: never
    why: seen on 1 of 14 days, 1 connection; used once, so no gap is known
  - source: web
    destination: db
    port: 5432
    transport: tcp
    max_gap: 5m
    why: seen on 14 of 14 days, 12,340 connections
allow: []
`);
  expect(learn(histories.toReversed()).text).toBe(text);
});

it('reports added edges that are already unused for longer than their gap', () => {
  const seconds = 25.5 * 3600;
  const once = { ...history(edge('once', 'db')), longestGap: undefined, unused: seconds };
  const { text, unused } = learn([
    { ...history(edge('gone', 'db')), unused: seconds },
    { ...history(edge('night', 'db'), 86_400), unused: seconds },
    once,
  ]);
  expect(unused.map(({ edge }) => edge.src.name)).toEqual(['gone']);
  expect(text.match(/source: .*|why: .*/g)).toEqual([
    'source: gone',
    'why: seen on 14 of 14 days, 12,340 connections; not seen in the last 25h',
    'source: night',
    'why: seen on 14 of 14 days, 12,340 connections',
    'source: once',
    'why: seen on 14 of 14 days, 12,340 connections; used once, so no gap is known',
  ]);
});

const EDITED = `# ours
version: 1
expect:
  # the shop's own
  - source: shop
    destination: db
    port: 5432
    transport: tcp
    max_gap: 90s # requested by Ann
    why: orders
  - { source: web, destination: db, port: 5432, max_gap: 1h }
# what may be
allow:
  - source: test-.* # in the lab
`;

it('keeps manual changes when it learns again', () => {
  const histories = [history(edge('shop', 'db')), history(edge('web', 'db')), history(edge('test-7', 'db'))];
  const same = learn(histories, EDITED);
  expect(same).toMatchObject({ text: EDITED, added: [], notSeen: [], exceeded: [] });
});

it('inserts new edges in order', () => {
  const { text, added } = learn(
    [history(edge('shop', 'db')), history(edge('web', 'db')), history(edge('tool', 'db'))],
    EDITED,
  );
  expect(added).toEqual([edge('tool', 'db')]);
  const lines = text.split('\n');
  expect(lines.filter((line) => !EDITED.split('\n').includes(line))).toEqual([
    '  - source: tool',
    '    max_gap: 5m',
    '    why: seen on 14 of 14 days, 12,340 connections',
  ]);
  expect(read(text).expected.map(({ src }) => src.name)).toEqual(['shop', 'tool', 'web']);
  expect(text).toContain("  # the shop's own\n  - source: shop");
});

it('marks edges that were not seen once, and unmarks them when they are seen again', () => {
  const gone = learn([], EDITED);
  expect(gone.notSeen.map(({ src }) => src.name)).toEqual(['shop', 'web']);
  expect(gone.text.match(/# gone: not seen in the last 14d/g)).toHaveLength(2);
  expect(gone.text).toContain("  # the shop's own\n  # gone: not seen in the last 14d\n  - source: shop");
  expect(learn([], gone.text).text).toBe(gone.text);
  const back = learn([history(edge('shop', 'db')), history(edge('web', 'db'))], gone.text);
  expect(back.text).toBe(EDITED);
});

it('marks the first entry like any other', () => {
  const { text } = learn([history(edge('a', 'b')), history(edge('c', 'd'))]);
  const gone = learn([history(edge('c', 'd'))], text).text;
  expect(gone).toContain('  # gone: not seen in the last 14d\n  - source: a');
  expect(learn([history(edge('c', 'd'))], gone).text).toBe(gone);
  expect(learn([history(edge('a', 'b')), history(edge('c', 'd'))], gone).text).toBe(text);
});

it('reports edges that were unused for longer than the file allows', () => {
  const { exceeded, text } = learn(
    [history(edge('shop', 'db'), 200), history(edge('web', 'db'), 60)],
    EDITED,
  );
  expect(exceeded).toMatchObject([{ edge: { src: { name: 'shop' }, maxGap: 90 }, longestGap: 200 }]);
  expect(text).toBe(EDITED);
});
