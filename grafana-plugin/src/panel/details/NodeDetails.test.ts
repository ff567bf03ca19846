import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import type { HalfEdge } from '../../graph/model/half-edge.ts';
import { NodeDetails } from './NodeDetails.tsx';

/** The details of the node of a graph with this title, as HTML. */
function detailsOf(title: string, halves: HalfEdge[]): string {
  const graph = buildGraph(halves, []);
  const node = graph.nodes.find((each) => each.title === title);
  if (!node) throw new Error(`the graph has no node ${title}`);
  return renderToStaticMarkup(createElement(NodeDetails, { node, graph }));
}

test('dependencies and dependents are listed with their ports', () => {
  const html = detailsOf('api', [
    halfEdge('outbound', 'web@a', 'api@b'),
    halfEdge('outbound', 'api@b', 'db@c'),
  ]);
  expect(html).toContain('<th scope="row">Depends on</th><td><div>db :80</div></td>');
  expect(html).toContain('<th scope="row">Used by</th><td><div>web :80</div></td>');
});

test('a neighbor of unknown direction is neither a dependency nor a dependent', () => {
  const html = detailsOf('api', [halfEdge('unknown', 'api@b/10.0.0.1', 'peer@d/10.0.0.2')]);
  expect(html).toContain('<th scope="row">Exchanges traffic with</th><td><div>peer :80</div></td>');
  expect(html).not.toContain('Depends on');
});

test('a long list is shortened', () => {
  const halves = Array.from({ length: 12 }, (_, i) => halfEdge('outbound', 'hub@h', `spoke-${i}@h`));
  expect(detailsOf('hub', halves)).toContain('and 4 more');
});

test('a node without an exporter is explained', () => {
  const html = detailsOf('10.0.0.9', [halfEdge('outbound', 'web@a', '/10.0.0.9')]);
  expect(html).toContain('No exporter reports this peer.');
});
