import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import { edgeRows } from '../../graph/model/edge-rows.ts';
import type { GraphEdge } from '../../graph/model/graph.ts';
import type { HalfEdge } from '../../graph/model/half-edge.ts';
import { plainFormatters } from '../texts/formatters.fixture.ts';
import { EdgeRow } from './EdgeRow.tsx';

/** The row of the only edge of a graph, as HTML. */
function rowOf(half: HalfEdge, change: Partial<GraphEdge> = {}): string {
  const [row] = edgeRows(buildGraph([half], []));
  if (!row) throw new Error('the graph has no edge');
  const edge = { ...row.edge, ...change };
  const format = plainFormatters();
  const handlers = { onFocus: () => {}, onPick: () => {} };
  return renderToStaticMarkup(
    createElement(EdgeRow, { ...row, edge, index: 3, format, tabIndex: -1, ...handlers }),
  );
}

const cellsOf = (html: string) => html.split('<td>').map((cell) => cell.replace(/<[^>]*>/g, ''));

test('a row shows the endpoints, the values and the state of an edge', () => {
  const html = rowOf(halfEdge('outbound', 'web@a', 'api@b', { opened: 7, transmit: 5 }), { states: ['new'] });
  expect(cellsOf(html).slice(1)).toEqual([
    'web · a',
    'api · b',
    '80',
    'tcp',
    '7',
    '–',
    '–',
    '5',
    '–',
    'source',
    '+ new',
  ]);
});

test('its attributes have the same values for programs', () => {
  const html = rowOf(halfEdge('outbound', 'web@a', 'api@b', { opened: 6.6 }));
  for (const attribute of [
    'aria-rowindex="5"',
    'data-source="web"',
    'data-destination-host="b"',
    'data-connections="7"',
    'data-bytes=""',
    'data-seen-by="source"',
  ])
    expect(html).toContain(attribute);
});

test.each<[Partial<GraphEdge>, string]>([
  [{ seenBy: 'both' }, 'both endpoints'],
  [{ seenBy: 'destination' }, 'destination'],
  [{ seenBy: 'none' }, 'none'],
  [{ directed: false }, 'one endpoint, direction unknown'],
])('an edge with %o is reported by "%s"', (change, expected) => {
  expect(cellsOf(rowOf(halfEdge('outbound', 'web@a', 'api@b'), change)).at(-2)).toBe(expected);
});
