import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pair, treeEdge, treeOf } from './tree.fixture.ts';
import { treeText } from './tree-text.ts';

beforeEach(() => vi.stubEnv('TZ', 'Europe/Berlin'));
afterEach(() => vi.unstubAllEnvs());

const HEAD = 'a, 2026-11-23 10:00:00 to 2026-11-23 11:00:00, Europe/Berlin\n\n';

it('shows both directions, in local time', () => {
  const edges = [
    treeEdge('web→a', {
      depth: { up: 1 },
      counts: { open: 2, opened: 1204, failed: { refused: 2, host_unreachable: 3 } },
    }),
    treeEdge('a→db@fra', {
      port: 5432,
      pairs: [pair({ process: 'node', pid: '7', host: 'a-1' }, { address: '10.0.0.9' })],
    }),
    treeEdge('a→cache', { port: 0, transport: 'unix' }),
  ];
  expect(treeText(treeOf('a', edges, { directions: ['up', 'down'] }), 'a')).toMatchInlineSnapshot(`
    "a, 2026-11-23 10:00:00 to 2026-11-23 11:00:00, Europe/Berlin

    What depends on a:
     └─◀ web       80/tcp    2 open, 1,204 opened, 5 failed (3 host unreachable, 2 refused), last seen 2026-11-23 10:59:58

    What a depends on:
     ├─▶ cache     unix      0 open, 1 opened, last seen 2026-11-23 10:59:58
     └─▶ db (fra)  5432/tcp  0 open, 1 opened, last seen 2026-11-23 10:59:58
         · node (pid 7) on a-1 ─▶ 10.0.0.9
    "
  `);
});

it('shows that there are no dependencies', () => {
  const text = treeText(treeOf('a', [], { directions: ['up', 'down'] }), 'a');
  expect(text).toBe(`${HEAD}Nothing depends on a.\n\na depends on nothing.\n`);
});

/** Only where the branches lead. */
const names = (text: string) =>
  text.split('\n').flatMap((line) => /^([ │├└]*─▶ .*?) {2,}/.exec(line)?.[1] ?? []);

describe('a service', () => {
  it('that is among its own ancestors is marked, and not followed', () => {
    const edges = [
      treeEdge('a→b'),
      treeEdge('b→a', { depth: { down: 2 } }),
      treeEdge('b→b', { depth: { down: 2 } }),
      treeEdge('a→a'),
    ];
    expect(names(treeText(treeOf('a', edges), 'a'))).toMatchInlineSnapshot(`
      [
        " ├─▶ a (cycle)",
        " └─▶ b",
        "     ├─▶ a (cycle)",
        "     └─▶ b (cycle)",
      ]
    `);
  });

  it('lists its dependencies once, where it is nearest', () => {
    const edges = [
      treeEdge('a→b'),
      treeEdge('b→c', { depth: { down: 2 } }),
      treeEdge('a→c'),
      treeEdge('c→d', { depth: { down: 2 } }),
      treeEdge('d→e', { depth: { down: 3 } }),
      treeEdge('a→x'),
      treeEdge('x→d', { depth: { down: 2 } }),
    ];
    expect(names(treeText(treeOf('a', edges), 'a'))).toMatchInlineSnapshot(`
      [
        " ├─▶ b",
        " │   └─▶ c (again)",
        " ├─▶ c",
        " │   └─▶ d",
        " │       └─▶ e",
        " └─▶ x",
        "     └─▶ d (again)",
      ]
    `);
  });

  it('known only by its address is listed for each of its ports', () => {
    const edges = [treeEdge('a→10.0.0.9', { port: 443 }), treeEdge('a→10.0.0.9', { port: 80 })];
    expect(treeText(treeOf('a', edges), 'a')).toMatch(
      /├─▶ 10.0.0.9 {2}80\/tcp .*\n └─▶ 10.0.0.9 {2}443\/tcp/,
    );
  });
});

it('lists three pairs of processes and the number of others', () => {
  const pairs = ['1', '2', '2', '3', 'many', '5'].map((pid) => pair({ process: 'x', pid }, { host: 'h' }));
  const text = treeText(treeOf('a', [treeEdge('a→b', { pairs })]), 'a');
  expect(text.split('\n').filter((line) => line.includes('·'))).toEqual([
    '     · x (pid 1) ─▶ h',
    '     · x (pid 2) ─▶ h',
    '     · x (pid 3) ─▶ h',
    '     · and 2 more: see --json',
  ]);
});

it('escapes control characters in names', () => {
  const evil = '\u001b[2J\nfake ─▶ line\u202e';
  const edges = [
    treeEdge(`a→${evil}@${evil}`, { pairs: [pair({ process: evil, host: evil }, { address: evil })] }),
  ];
  const text = treeText(treeOf('a', edges), evil);
  for (const character of evil.slice(0, 1) + evil.slice(-1)) expect(text).not.toContain(character);
  expect(text.split('\n')).toHaveLength(6);
});
