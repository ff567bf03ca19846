import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markAlerts } from '../compare/mark-alerts.ts';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import type { Endpoint, HalfEdge } from '../model/half-edge.ts';
import { buildGraph } from './build-graph.ts';

const named = (service: string, kind = 'dns', more: Partial<Endpoint> = {}): Endpoint => ({
  ...endpoint(service),
  process: '',
  pid: '',
  kind,
  ...more,
});
const https = { port: '443' };
const call = (to: Endpoint, opened: number, from = 'pay@h1/10.0.0.1') =>
  halfEdge('outbound', from, to, { opened }, https);

/** `pay@h1 -> api.stripe.example@ :443 5` of each edge. */
function drawn(halves: readonly HalfEdge[]): string[] {
  const { nodes, edges } = buildGraph(halves, []);
  const name = (key: string) => {
    const node = nodes.find((each) => each.key === key);
    return `${node?.title}@${node?.host}`;
  };
  return edges.map(
    ({ source, target, port, figures }) => `${name(source)} -> ${name(target)} :${port} ${figures.opened}`,
  );
}

describe('endpoints without an address', () => {
  test('are known by their names: two names on one port are two nodes', () => {
    const halves = [call(named('api.stripe.example'), 5), call(named('api.twilio.example'), 7)];
    expect(drawn(halves)).toEqual([
      'pay@h1 -> api.stripe.example@ :443 5',
      'pay@h1 -> api.twilio.example@ :443 7',
    ]);
    expect(buildGraph(halves, []).nodes.map(({ kind, candidates }) => [kind, candidates])).toEqual([
      ['external', []],
      ['external', []],
      ['service', []],
    ]);
  });

  test('are not mixed with the rest of the internet', () => {
    expect(drawn([call(named('partner-net', 'network'), 2), call(named('internet', 'internet'), 3)])).toEqual(
      ['pay@h1 -> internet@ :443 3', 'pay@h1 -> partner-net@ :443 2'],
    );
  });

  test('are distinguished as clients, too', () => {
    const accept = (from: Endpoint, opened: number) =>
      halfEdge('inbound', from, 'web@h1/10.0.0.1', { opened }, https);
    expect(drawn([accept(named('office', 'network'), 1), accept(named('internet', 'internet'), 4)])).toEqual([
      'internet@ -> web@h1 :443 4',
      'office@ -> web@h1 :443 1',
    ]);
  });

  test('are distinguished where a limit has folded their ports', () => {
    const folded = { port: '' };
    const app = endpoint('app@h1');
    expect(
      drawn([
        halfEdge('outbound', app, named('other', 'unknown'), { opened: 1 }, folded),
        halfEdge('outbound', app, named('internet', 'internet'), { opened: 2 }, folded),
      ]),
    ).toEqual(['app@h1 -> internet@ : 2', 'app@h1 -> other@ : 1']);
  });

  test('at different sites are different', () => {
    const at = (site: string) => named('storage', 'network', { site });
    const { nodes } = buildGraph([call(at('tokyo'), 1), call(at('osaka'), 2)], []);
    expect(nodes.map(({ title, site }) => `${title} ${site}`).toSorted()).toEqual([
      'pay ',
      'storage osaka',
      'storage tokyo',
    ]);
  });

  test('are found by the alerts that name them: no second edge is drawn', () => {
    const halves = [call(named('api.stripe.example'), 5), call(named('internet', 'internet'), 7)];
    const graph = buildGraph(halves, []);
    const edge = {
      transport: 'tcp',
      port: '443',
      source: 'pay',
      sourceSite: '',
      target: 'internet',
      targetSite: '',
    };
    const alert = { name: 'DependencyFailing', state: 'firing', severity: '' } as const;
    const marked = markAlerts(graph, [{ edge, alert }]);
    expect(marked.edges.map(({ seenBy, states }) => [seenBy, states])).toEqual([
      ['source', []],
      ['source', ['alerting']],
    ]);
  });
});

describe('two names of one address', () => {
  const first = endpoint('a.internal/10.9.9.9', { kind: 'dns' });
  const second = endpoint('b.internal/10.9.9.9', { kind: 'dns' });

  test('are two nodes', () => {
    expect(drawn([call(first, 1), call(second, 2)])).toEqual([
      'pay@h1 -> a.internal@ :443 1',
      'pay@h1 -> b.internal@ :443 2',
    ]);
  });

  test('are the one service that reports the connections there', () => {
    const accepted = halfEdge('inbound', '/10.0.0.1', 'lb@h9/10.9.9.9', { opened: 3 }, https);
    const halves = [call(first, 1), call(second, 2), accepted];
    expect(drawn(halves)).toEqual(['pay@h1 -> lb@h9 :443 3']);
    expect(buildGraph(halves, []).edges[0]?.atDestination?.opened).toBe(3);
  });
});

test('folded half-edges of two services on one host count each connection once', () => {
  const [app, db] = [endpoint('app@h1'), endpoint('db@h1')];
  const folded = { port: '' };
  expect(
    drawn([
      halfEdge('outbound', app, db, { opened: 2 }, folded),
      halfEdge('inbound', app, db, { opened: 2 }, folded),
    ]),
  ).toEqual(['app@h1 -> db@h1 : 2']);
});

const few = (...values: string[]) => fc.constantFrom(...values);
const anyCall = fc.record({
  local: few('a@h1/10.0.0.1', 'a@h2/10.0.0.2', 'b@h1/10.0.0.1', '@h1/10.0.0.1', 'a@h1'),
  remote: few('', 'x.example', 'y.example', 'internet', 'a'),
  direction: few('outbound', 'inbound') as fc.Arbitrary<'outbound' | 'inbound'>,
  port: few('443', '80', '', 'ephemeral'),
  opened: fc.nat(9),
});

test('for any half-edges known by name, there is one edge for each pair of names, with their sum', () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 14 }), (calls) => {
      const halves = calls.map(({ local, remote, direction, port, opened }) => {
        const [near, far] = [endpoint(local), named(remote)];
        const [src, dst] = direction === 'outbound' ? [near, far] : [far, near];
        return halfEdge(direction, src, dst, { opened }, { port });
      });
      const expected = new Map<string, number>();
      for (const { src, dst, port, figures } of halves) {
        const key = `${src.service}@${src.host} -> ${dst.service}@${dst.host} :${port}`;
        expected.set(key, (expected.get(key) ?? 0) + (figures.opened ?? 0));
      }
      const { nodes, edges } = buildGraph(halves, []);
      const name = (key: string) => {
        const node = nodes.find((each) => each.key === key);
        return `${node?.service}@${node?.host}`;
      };
      const sums = edges.map(
        ({ source, target, port, figures }) =>
          [`${name(source)} -> ${name(target)} :${port}`, figures.opened] as const,
      );
      expect(sums.toSorted()).toEqual([...expected].toSorted());
    }),
  );
});
