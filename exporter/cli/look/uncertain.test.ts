import { expect, it } from 'vitest';
import { edgeKey } from '../joined/edge.ts';
import { noConnections } from '../joined/read.ts';
import type { UsedEdge } from './compare.ts';
import { treeEdge } from './tree.fixture.ts';
import { separateUncertain } from './uncertain.ts';

const used = (text: string): UsedEdge => ({ ...treeEdge(text), counts: noConnections() });
const [SEEN_BY_BOTH, SEEN_BY_ONE, UNNAMED] = [used('web→db'), used('web→mail'), used('10.0.0.1→db')];
const hosts = new Map([
  [edgeKey(SEEN_BY_BOTH.edge), new Set(['h1', 'h2'])],
  [edgeKey(SEEN_BY_ONE.edge), new Set(['h1'])],
]);
const edges = [SEEN_BY_BOTH, SEEN_BY_ONE, UNNAMED];
const namesOf = (list: readonly UsedEdge[]) => list.map(({ edge }) => `${edge.src.name}→${edge.dst.name}`);

function separated(silentAfter: Readonly<Record<string, number>>) {
  const silence = { before: new Map(), after: new Map(Object.entries(silentAfter)) };
  const { vanished, uncertain } = separateUncertain(
    { appeared: [], vanished: edges, changed: [] },
    {
      silence,
      hosts,
      explain: (edge) => (edge === UNNAMED.edge ? { kind: 'host', host: 'h3' } : undefined),
    },
  );
  return { vanished: namesOf(vanished), uncertain: uncertain.map(({ reason }) => reason) };
}

it('an edge has vanished only if the exporter of one of its hosts reported all the time', () => {
  expect(separated({})).toEqual({ vanished: ['web→db', 'web→mail'], uncertain: ['an address of h3'] });
  expect(separated({ h1: 75 })).toEqual({
    vanished: ['web→db'],
    uncertain: ['no report from h1 (1m)', 'an address of h3'],
  });
  expect(separated({ h1: 75, h2: 3600 })).toEqual({
    vanished: [],
    uncertain: ['no report from h1 (1m), h2 (1h)', 'no report from h1 (1m)', 'an address of h3'],
  });
});
