import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { endpoint, halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import type { Graph, GraphEdge } from '../../graph/model/graph.ts';
import type { HalfEdge } from '../../graph/model/half-edge.ts';
import { plainFormatters } from '../texts/formatters.fixture.ts';
import { EdgeDetails } from './EdgeDetails.tsx';

const FORMAT = plainFormatters();

/** The details of the only edge of a graph, as HTML. */
function detailsOf(halves: readonly HalfEdge[], change: Partial<GraphEdge> = {}): string {
  const built = buildGraph([...halves], []);
  const graph: Graph = { ...built, edges: built.edges.map((edge) => ({ ...edge, ...change })) };
  const [edge] = graph.edges;
  if (!edge) throw new Error('the graph has no edge');
  return renderToStaticMarkup(createElement(EdgeDetails, { edge, graph, format: FORMAT }));
}

test('both endpoints are described, with their ports', () => {
  const html = detailsOf([halfEdge('outbound', 'web@a/10.0.0.1', 'api@b/10.0.0.2')]);
  expect(html).toContain('<h3>web → api :80</h3>');
  expect(html).toContain('<th scope="row">Host</th><td>a</td><td>b</td>');
  expect(html).toContain('<th scope="row">Port</th><td>ephemeral</td><td>80/tcp</td>');
});

test('there is a column of values for each endpoint that reported', () => {
  const out = halfEdge('outbound', 'web@a/10.0.0.1', 'api@b/10.0.0.2', { opened: 7 });
  const alone = detailsOf([out]);
  expect(alone).toContain('<th scope="row">Connections opened</th><td>7</td></tr>');
  expect(alone).toContain('Reported by the source only.');
  const both = detailsOf([out, { ...out, direction: 'inbound', figures: { opened: 7 } }]);
  expect(both).toContain('<th>Seen by source</th><th>Seen by destination</th>');
  expect(both).toContain('Reported by both endpoints.');
});

test('an edge of unknown direction has no source and no destination', () => {
  const html = detailsOf([halfEdge('unknown', 'a@h/10.0.0.1', 'b@h/10.0.0.2')]);
  expect(html).toContain('a — b');
  expect(html).toContain('Other endpoint');
  expect(html).not.toContain('Source (client)');
});

test('values that differ between the endpoints are marked', () => {
  const out = halfEdge('outbound', 'web@a/10.0.0.1', 'api@b/10.0.0.2', { transmit: 5_000_000 });
  const html = detailsOf([out, { ...out, direction: 'inbound', figures: { receive: 1_000_000 } }]);
  expect(html).toContain('⚠ Source → destination');
  expect(html).toContain('The endpoints report different values.');
});

test('alerts are listed with their states, and invisible characters in names are made visible', () => {
  const alerts = [{ name: 'Slow\u202E', state: 'ended', severity: 'warning' }] as const;
  const html = detailsOf([halfEdge('outbound', 'web@a', endpoint('api@b'))], {
    states: ['alerted'],
    alerts,
  });
  expect(html).toContain('△ alerted · Slow\uFFFD, resolved, warning');
});
