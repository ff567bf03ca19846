import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasSeveralServers } from '../fixtures/half-edges.fixture.ts';
import type { HalfEdge, Listener } from '../model/half-edge.ts';
import { buildGraph } from './build-graph.ts';

const few = (...values: string[]) => fc.constantFrom(...values);
const anyEndpoint = fc.record({
  service: few('', 'a', 'b_c', 'b'),
  process: few('', 'p'),
  pid: few('', '1', '22', 'many'),
  host: few('', 'h1', 'h2'),
  address: few('', '127.0.0.1', '::1', '10.0.0.1', '10.0.0.2', '0.0.0.0'),
  kind: few('', 'dns', 'internet'),
  site: few('', 'tokyo'),
});
const anyHalfEdge: fc.Arbitrary<HalfEdge> = fc.record({
  direction: few('outbound', 'inbound', 'unknown') as fc.Arbitrary<HalfEdge['direction']>,
  transport: few('tcp', 'udp', 'unix', ''),
  port: few('', '80', '81'),
  src: anyEndpoint,
  dst: anyEndpoint,
  figures: fc.record({ opened: fc.nat(99), transmit: fc.nat(99) }, { requiredKeys: [] }),
});
const anyListener: fc.Arbitrary<Listener> = fc.record({
  transport: few('tcp'),
  port: few('80'),
  endpoint: anyEndpoint,
});
const anyInput = fc.tuple(fc.array(anyHalfEdge, { maxLength: 12 }), fc.array(anyListener, { maxLength: 4 }));

describe('for any data', () => {
  test('the order of rows does not matter', () => {
    fc.assert(
      fc.property(anyInput, fc.func(fc.nat()), ([halves, listeners], rank) => {
        const shuffled = halves.toSorted((a, b) => rank(a) - rank(b) || -1);
        expect(buildGraph(shuffled, listeners.toReversed())).toEqual(buildGraph(halves, listeners));
      }),
    );
  });

  test('every edge has both its nodes, and every half-edge with a port has an edge', () => {
    fc.assert(
      fc.property(anyInput, ([halves, listeners]) => {
        const { nodes, edges } = buildGraph(halves, listeners);
        const keys = new Set(nodes.map((node) => node.key));
        for (const { source, target } of edges) expect(keys.has(source) && keys.has(target)).toBe(true);
        const ports = new Set(edges.map((edge) => `${edge.port}/${edge.transport}`));
        for (const { port, transport } of halves) expect(ports).toContain(`${port}/${transport}`);
      }),
    );
  });

  test('half-edges of unknown direction make no directed edge', () => {
    fc.assert(
      fc.property(anyInput, ([halves, listeners]) => {
        const undirected = halves.map((each): HalfEdge => ({ ...each, direction: 'unknown' }));
        expect(buildGraph(undirected, listeners).edges.filter(({ directed }) => directed)).toEqual([]);
      }),
    );
  });

  test('no connection that a source reports is lost or counted twice', () => {
    fc.assert(
      fc.property(anyInput, ([halves, listeners]) => {
        fc.pre(!hasSeveralServers(halves));
        const outbound = halves.filter((each) => each.direction === 'outbound');
        const reported = outbound.reduce((sum, each) => sum + (each.figures.opened ?? 0), 0);
        const drawn = buildGraph(halves, listeners).edges.reduce(
          (sum, edge) => sum + (edge.atSource?.opened ?? 0),
          0,
        );
        expect(drawn).toBe(reported);
      }),
    );
  });
});
