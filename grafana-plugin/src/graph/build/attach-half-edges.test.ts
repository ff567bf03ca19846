import { expect, test } from 'vitest';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import type { Figures, HalfEdge } from '../model/half-edge.ts';
import type { JoinedEdge } from '../model/joined-edge.ts';
import { toMergedEndpoint } from '../model/merged-endpoint.ts';
import { buildGraph } from './build-graph.ts';

/** A recorded edge between two endpoints on port 80. */
const recorded = (src: string, dst: string, figures: Figures = {}): JoinedEdge => ({
  transport: 'tcp',
  port: '80',
  directed: true,
  src: toMergedEndpoint(endpoint(src)),
  dst: toMergedEndpoint(endpoint(dst)),
  seenBy: 'both',
  atSource: undefined,
  atDestination: undefined,
  recorded: figures,
  proves: true,
});

/** The edges as `source → destination`, with their figures. */
function drawn(edges: readonly JoinedEdge[], halfEdges: readonly HalfEdge[]) {
  const graph = buildGraph(halfEdges, [], { joined: edges, halfEdgesProve: false });
  const nameOf = (key: string) => graph.nodes.find((node) => node.key === key)?.title;
  return Object.fromEntries(
    graph.edges.map(({ source, target, figures, directed }) => [
      `${nameOf(source)} ${directed ? '→' : '–'} ${nameOf(target)}`,
      figures,
    ]),
  );
}

const WEB = 'web@h1/10.0.0.1';
const BLUE = 'blue@h2/10.0.0.2';
const GREEN = 'green@h2/10.0.0.2';

test('bytes of both half-edges are added to the counts of their recorded edge', () => {
  const halfEdges = [
    halfEdge('outbound', WEB, '/10.0.0.2', { transmit: 5, receive: 7 }),
    halfEdge('inbound', '/10.0.0.1', BLUE, { transmit: 6, receive: 4 }),
  ];
  expect(drawn([recorded(WEB, BLUE, { opened: 20 })], halfEdges)).toEqual({
    'web → blue': { opened: 20, transmit: 5, receive: 7 },
  });
});

test('a half-edge that two recorded edges can own is not shared out, and their other half-edges know their own parts', () => {
  const halfEdges = [
    halfEdge('outbound', WEB, '/10.0.0.2', { transmit: 40 }),
    halfEdge('inbound', '/10.0.0.1', BLUE, { receive: 30 }),
  ];
  const edges = [recorded(WEB, BLUE, { opened: 20 }), recorded(WEB, GREEN, { opened: 21 })];
  expect(drawn(edges, halfEdges)).toEqual({
    'web → blue': { opened: 20, transmit: 30 },
    'web → green': { opened: 21 },
  });
});

test('a remote endpoint without an address is recognised by its name', () => {
  const edges = ['api.a.example', 'api.b.example'].map((name) => recorded(WEB, name));
  const halfEdges = ['api.a.example', 'api.b.example'].map((name, at) =>
    halfEdge('outbound', WEB, name, { transmit: at + 1 }),
  );
  expect(drawn(edges, halfEdges)).toEqual({
    'web → api.a.example': { transmit: 1 },
    'web → api.b.example': { transmit: 2 },
  });
});

test('a half-edge without a recorded edge adds nothing', () => {
  expect(drawn([recorded(WEB, BLUE)], [halfEdge('outbound', WEB, '/10.0.0.9', { transmit: 9 })])).toEqual({
    'web → blue': {},
  });
});

test('an unnamed process at an address of a known host is one of that host', () => {
  const edges = [recorded(WEB, BLUE), recorded(WEB, '/10.0.0.2')];
  const graph = buildGraph([halfEdge('inbound', '/10.0.0.1', BLUE)], [], {
    joined: edges,
    halfEdgesProve: false,
  });
  expect(graph.nodes.map(({ kind, host }) => `${kind} ${host}`).sort()).toEqual([
    'service h1',
    'service h2',
    'unknown h2',
  ]);
});

test('an edge has no direction if no half-edge has one', () => {
  const unknown = halfEdge('unknown', '/10.0.0.1', BLUE, { receive: 3 });
  const counts = { ...recorded(WEB, BLUE, { opened: 2 }), proves: false };
  expect(drawn([recorded(WEB, BLUE), counts], [unknown])).toEqual({
    'web – blue': { opened: 2, transmit: 3 },
  });
  const known = halfEdge('outbound', WEB, '/10.0.0.2', { transmit: 4 });
  expect(Object.keys(drawn([recorded(WEB, BLUE), counts], [unknown, known]))).toEqual(['web → blue']);
});
