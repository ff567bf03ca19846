import { describe, expect, test } from 'vitest';
import { endpoint, halfEdge, listener } from '../fixtures/half-edges.fixture.ts';
import type { Graph } from '../model/graph.ts';
import type { Figures, HalfEdge, Listener } from '../model/half-edge.ts';
import { buildGraph } from './build-graph.ts';

const nameOf = (graph: Graph, key: string) => {
  const node = graph.nodes.find((each) => each.key === key);
  return node ? [node.title || '?', node.host].filter(Boolean).join('@') : `no node ${key}`;
};

/** Formats edges as `source -> target :port`. */
const edgesOf = (halves: HalfEdge[], listeners: Listener[] = []) => {
  const graph = buildGraph(halves, listeners);
  return graph.edges.map(
    (edge) => `${nameOf(graph, edge.source)} -> ${nameOf(graph, edge.target)} :${edge.port}`,
  );
};

const out = halfEdge('outbound', 'web@h1/10.0.0.1', '/10.0.0.2');
const into = halfEdge('inbound', '/10.0.0.1', 'api@h2/10.0.0.2');

describe('two half-edges', () => {
  test('of one edge join into an edge that names both endpoints', () => {
    const { edges, nodes } = buildGraph([out, into], []);
    expect(edgesOf([out, into])).toEqual(['web@h1 -> api@h2 :80']);
    expect(edges[0]).toMatchObject({
      seenBy: 'both',
      src: { pids: ['1'] },
      dst: { pids: ['1'], processes: ['api'] },
    });
    expect(nodes.map((node) => node.kind)).toEqual(['service', 'service']);
  });

  test('that differ in port or transport stay separate', () => {
    expect(
      edgesOf([out, halfEdge('inbound', '/10.0.0.1', 'api@h2/10.0.0.2', {}, { port: '81' })]),
    ).toHaveLength(2);
    expect(
      edgesOf([out, halfEdge('inbound', '/10.0.0.1', 'api@h2/10.0.0.2', {}, { transport: 'udp' })]),
    ).toHaveLength(2);
  });

  test('count the traffic once: figures of the source first, mirrored figures of the destination for the rest', () => {
    const seen = [
      { ...out, figures: { opened: 5, transmit: 100, lastSeen: 10 } },
      { ...into, figures: { opened: 4, transmit: 900, receive: 90, lastSeen: 12 } },
    ];
    const [edge] = buildGraph(seen, []).edges;
    expect(edge?.figures).toEqual({ opened: 5, transmit: 100, receive: 900, lastSeen: 12 });
    expect(edge?.atSource).toEqual(seen[0]?.figures);
    expect(edge?.atDestination).toEqual(seen[1]?.figures);
  });
});

describe('an edge with one reporting endpoint', () => {
  test('is kept, and the remote endpoint is named by its address', () => {
    const graph = buildGraph([into], []);
    expect(edgesOf([into])).toEqual(['10.0.0.1 -> api@h2 :80']);
    expect(graph.nodes.find((node) => node.title === '10.0.0.1')?.kind).toBe('external');
    expect(graph.edges[0]?.seenBy).toBe('destination');
  });

  test('shows the traffic from the side of the source, whichever endpoint reports', () => {
    const [edge] = buildGraph([{ ...into, figures: { transmit: 900, receive: 90 } }], []).edges;
    expect(edge?.figures).toEqual({ transmit: 90, receive: 900 });
  });

  test('is named by the listener on exactly that address and port', () => {
    expect(edgesOf([out], [listener('api@h2/10.0.0.2')])).toEqual(['web@h1 -> api@h2 :80']);
    expect(edgesOf([out], [listener('api@h2/10.0.0.3')])).toEqual(['web@h1 -> 10.0.0.2 :80']);
    expect(edgesOf([out], [listener('api@h2/10.0.0.2', '81')])).toEqual(['web@h1 -> ?@h2 :80']);
  });

  test('is not named by a wildcard listener', () => {
    expect(edgesOf([out], [listener('api@h2/0.0.0.0')])).toEqual(['web@h1 -> 10.0.0.2 :80']);
  });

  test('is named by a listener that another client has reached', () => {
    const other = halfEdge('inbound', '/10.0.0.9', 'api@h2/10.0.0.2');
    expect(edgesOf([out, other])).toEqual(['10.0.0.9 -> api@h2 :80', 'web@h1 -> api@h2 :80']);
  });

  test('shows a DNS name without a host as an external node', () => {
    const halves = [
      halfEdge('outbound', 'web@h1/10.0.0.1', endpoint('api.example.com/1.2.3.4', { kind: 'dns' })),
    ];
    expect(edgesOf(halves)).toEqual(['web@h1 -> api.example.com :80']);
    expect(buildGraph(halves, []).nodes.map((node) => node.kind)).toEqual(['external', 'service']);
  });

  test('shows an unknown process as an unnamed node of its host', () => {
    expect(edgesOf([halfEdge('outbound', '@h1/10.0.0.1', '/10.0.0.2')])).toEqual(['?@h1 -> 10.0.0.2 :80']);
  });
});

describe('with several reports of one endpoint', () => {
  test('two client services of one host share the listener, and its half-edge is absorbed', () => {
    const other = halfEdge('outbound', 'cron@h1/10.0.0.1', '/10.0.0.2');
    const graph = buildGraph([out, other, { ...into, figures: { opened: 9 } }], []);
    expect(edgesOf([out, other, into])).toEqual(['cron@h1 -> api@h2 :80', 'web@h1 -> api@h2 :80']);
    expect(graph.edges.map((edge) => edge.atDestination)).toEqual([undefined, undefined]);
  });

  test('workers of one service are one node with all their PIDs', () => {
    const workers = ['30', '4', '4'].map((pid) =>
      halfEdge('inbound', '/10.0.0.1', endpoint('api@h2/10.0.0.2', { pid }), { opened: 1 }),
    );
    const [edge] = buildGraph([out, ...workers], []).edges;
    expect(edge?.dst.pids).toEqual(['4', '30']);
    expect(edge?.atDestination?.opened).toBe(3);
  });

  const several = (figures: Figures, api: number, old: number) => {
    const halves = [
      { ...out, figures },
      { ...into, figures: { opened: api, receive: 10 } },
      halfEdge('inbound', '/10.0.0.1', 'old-api@h2/10.0.0.2', { opened: old }),
    ];
    const { edges } = buildGraph(halves, []);
    return edgesOf(halves).map((text, at) => [text, edges[at]?.figures]);
  };

  test('services that share a port, or had it one after another, each have the connections that they accepted', () => {
    expect(several({ opened: 101, transmit: 30, lastSeen: 9 }, 54, 46)).toEqual([
      ['web@h1 -> api@h2 :80', { opened: 54, transmit: 10 }],
      ['web@h1 -> old-api@h2 :80', { opened: 46 }],
    ]);
  });

  test('what none of them has counted is on an edge to the address, which lists the candidates', () => {
    expect(several({ opened: 200, failed: 3, lastSeen: 9 }, 54, 46)).toEqual([
      ['web@h1 -> 10.0.0.2 :80', { opened: 100, failed: 3, lastSeen: 9 }],
      ['web@h1 -> api@h2 :80', { opened: 54, transmit: 10 }],
      ['web@h1 -> old-api@h2 :80', { opened: 46 }],
    ]);
  });

  test('no service is chosen where reports differ and several clients share the address', () => {
    const [cron, other] = [
      halfEdge('outbound', 'cron@h1/10.0.0.1', '/10.0.0.2'),
      halfEdge('inbound', '/10.0.0.1', 'old-api@h2/10.0.0.2'),
    ];
    const graph = buildGraph([out, cron, into, other], []);
    expect(edgesOf([out, cron, into, other])).toEqual(['cron@h1 -> 10.0.0.2 :80', 'web@h1 -> 10.0.0.2 :80']);
    expect(graph.edges[0]?.dst.candidates).toEqual(['api', 'old-api']);
  });

  test('an address that moved from one host to another leads to both, with the connections of each', () => {
    const halves = [
      { ...out, figures: { opened: 100 } },
      { ...into, figures: { opened: 60 } },
      halfEdge('inbound', '/10.0.0.1', 'api@h3/10.0.0.2', { opened: 40 }),
    ];
    expect(edgesOf(halves)).toEqual(['web@h1 -> api@h2 :80', 'web@h1 -> api@h3 :80']);
    expect(buildGraph(halves, []).edges.map(({ figures }) => figures.opened)).toEqual([60, 40]);
  });

  test('a report with a name takes precedence over one without', () => {
    const unnamed = halfEdge('inbound', '/10.0.0.1', '@h2/10.0.0.2');
    expect(edgesOf([out, unnamed, into])).toEqual(['web@h1 -> api@h2 :80']);
  });
});

describe('of addresses that are valid on one host only', () => {
  const loop = (host: string, from: string, to: string) => [
    halfEdge('outbound', `${from}@${host}/127.0.0.1`, '/127.0.0.1'),
    halfEdge('inbound', '/127.0.0.1', `${to}@${host}/127.0.0.1`),
  ];

  test('loopback addresses never join across hosts', () => {
    expect(edgesOf([...loop('h1', 'a', 'b'), ...loop('h2', 'c', 'd')])).toEqual([
      'a@h1 -> b@h1 :80',
      'c@h2 -> d@h2 :80',
    ]);
    const [outOfH1] = loop('h1', 'a', 'b');
    const [, intoH2] = loop('h2', 'c', 'd');
    expect(outOfH1 && intoH2 && edgesOf([outOfH1, intoH2])).toEqual(['a@h1 -> ?@h1 :80', '?@h2 -> d@h2 :80']);
  });

  test('a half-edge that names both endpoints is complete', () => {
    const whole = halfEdge('outbound', 'a@h1/127.0.0.1', 'b@h1/127.0.0.1');
    expect(edgesOf([whole], [listener('c@h1/127.0.0.1')])).toEqual(['a@h1 -> b@h1 :80']);
  });

  test('complete half-edges of several containers on one host join in their own pairs', () => {
    const pairs = ['a b', 'c d'].flatMap((pair) => {
      const [from, to] = pair.split(' ').map((service) => `${service}@h1/127.0.0.1`) as [string, string];
      return [halfEdge('outbound', from, to, { opened: 1 }), halfEdge('inbound', from, to, { opened: 1 })];
    });
    expect(edgesOf(pairs)).toEqual(['a@h1 -> b@h1 :80', 'c@h1 -> d@h1 :80']);
    expect(buildGraph(pairs, []).edges.map((edge) => edge.atDestination?.opened)).toEqual([1, 1]);
  });

  test('so do half-edges of which only the clients know both endpoints', () => {
    const halves = ['a b', 'c d'].flatMap((pair) => {
      const [from, to] = pair.split(' ').map((service) => `${service}@h1/127.0.0.1`) as [string, string];
      return [halfEdge('outbound', from, to), halfEdge('inbound', '/127.0.0.1', to, { opened: 1 })];
    });
    expect(edgesOf(halves)).toEqual(['a@h1 -> b@h1 :80', 'c@h1 -> d@h1 :80']);
    expect(buildGraph(halves, []).edges.map((edge) => edge.atDestination?.opened)).toEqual([1, 1]);
  });

  test('private addresses that several hosts use never join across hosts', () => {
    const bridge = (host: string, from: string, to: string) => [
      halfEdge('outbound', `${from}@${host}/172.17.0.2`, '/172.17.0.3'),
      halfEdge('inbound', '/172.17.0.2', `${to}@${host}/172.17.0.3`),
    ];
    expect(edgesOf([...bridge('h1', 'a', 'b'), ...bridge('h2', 'c', 'd')])).toEqual([
      'a@h1 -> b@h1 :80',
      'c@h2 -> d@h2 :80',
    ]);
  });
});

describe('an edge of unknown direction', () => {
  const udp = { transport: 'udp', port: '123' };
  const undirected = halfEdge('unknown', '/10.0.0.2', 'ntp@h1/10.0.0.1', { opened: 7 }, udp);
  const connected = halfEdge('outbound', 'ntp@h1/10.0.0.1', '/10.0.0.2', { opened: 1 }, udp);
  const directions = (...halves: HalfEdge[]) => buildGraph(halves, []).edges.map(({ directed }) => directed);

  test('leads from the remote to the reporting endpoint, and is marked as undirected', () => {
    const [edge] = buildGraph([undirected], []).edges;
    expect(edgesOf([undirected])).toEqual(['10.0.0.2 -> ntp@h1 :123']);
    expect(edge).toMatchObject({ directed: false, atSource: undefined, atDestination: { opened: 7 } });
    expect(directions(out)).toEqual([true]);
  });

  test('never joins an edge of known direction', () => {
    const halves = [
      halfEdge('outbound', 'chrony@h2/10.0.0.2', '/10.0.0.1', { opened: 1 }, udp),
      halfEdge('unknown', '/10.0.0.2', 'ntp@h1/10.0.0.1', { opened: 7 }, udp),
    ];
    const graph = buildGraph(halves, []);
    expect(graph.edges.map(({ directed, figures }) => [directed, figures.opened]).toSorted()).toEqual([
      [false, 7],
      [true, 1],
    ]);
  });

  test('is replaced by an edge with a known direction, and is not added to its counts', () => {
    const accepted = halfEdge('inbound', '/10.0.0.2', 'ntp@h1/10.0.0.1', { opened: 1 }, udp);
    for (const known of [connected, accepted]) {
      const { edges } = buildGraph([undirected, known], []);
      expect(edges.map(({ directed, figures }) => [directed, figures.opened])).toEqual([[true, 1]]);
    }
  });

  test('is replaced too if the other report names the endpoint that it does not name', () => {
    const named = halfEdge('inbound', 'ntp@h1/10.0.0.1', 'chrony@h2/10.0.0.2', {}, udp);
    expect(directions(undirected, named)).toEqual([true]);
  });

  test.each([
    ['port', halfEdge('outbound', 'ntp@h1/10.0.0.1', '/10.0.0.2', {}, { ...udp, port: '124' })],
    ['transport', halfEdge('outbound', 'ntp@h1/10.0.0.1', '/10.0.0.2', {}, { ...udp, transport: 'tcp' })],
    ['peer', halfEdge('outbound', 'ntp@h1/10.0.0.1', '/10.0.0.3', {}, udp)],
    ['service', halfEdge('outbound', 'dig@h1/10.0.0.1', '/10.0.0.2', {}, udp)],
  ])('is kept beside an edge of another %s', (_name, other) => {
    expect(directions(undirected, other).toSorted()).toEqual([false, true]);
  });

  test('is kept beside an edge to another service at the same address', () => {
    const toNamed = halfEdge('unknown', 'a@h2/10.0.0.2', 'ntp@h1/10.0.0.1', {}, udp);
    const other = halfEdge('outbound', 'ntp@h1/10.0.0.1', 'b@h2/10.0.0.2', {}, udp);
    expect(directions(toNamed, other).toSorted()).toEqual([false, true]);
  });
});

describe('Unix sockets', () => {
  const unix = { transport: 'unix', port: '' };
  const endpoints = (host: string, from: string, to: string): [string, string] => [
    `${from}@${host}`,
    `${to}@${host}//run/db.sock`,
  ];

  test('lead to the service with that address, which both endpoints report', () => {
    const halves = [
      halfEdge('outbound', ...endpoints('h1', 'app', 'db'), { opened: 2 }, unix),
      halfEdge('inbound', ...endpoints('h1', 'app', 'db'), { opened: 2 }, unix),
    ];
    expect(edgesOf(halves)).toEqual(['app@h1 -> db@h1 :']);
    expect(buildGraph(halves, []).edges).toMatchObject([
      { seenBy: 'both', transport: 'unix', figures: { opened: 2 }, dst: { addresses: ['/run/db.sock'] } },
    ]);
  });

  test('of the same address on two hosts are distinct', () => {
    const halves = [
      halfEdge('outbound', ...endpoints('h1', 'app', ''), {}, unix),
      halfEdge('inbound', ...endpoints('h2', '', 'db'), {}, unix),
    ];
    expect(edgesOf(halves)).toEqual(['app@h1 -> ?@h1 :', '?@h2 -> db@h2 :']);
  });
});

describe('folded half-edges', () => {
  test('of several endpoints join only with the service `other`', () => {
    const none = { port: '' };
    const halves = [
      halfEdge('outbound', 'app@h1', 'other', { opened: 2 }, none),
      halfEdge('inbound', 'other', 'db@h1', { opened: 3 }, none),
      halfEdge('inbound', 'other', 'db@h2', { opened: 4 }, none),
    ];
    expect(edgesOf(halves)).toEqual(['app@h1 -> other :', 'other -> db@h1 :', 'other -> db@h2 :']);
    expect(buildGraph(halves, []).edges.map(({ figures }) => figures.opened)).toEqual([2, 3, 4]);
  });
});

describe('aggregation', () => {
  test('makes one edge of many addresses and PIDs between two services', () => {
    const halves = ['10.0.0.1', '10.0.0.7'].map((address, i) =>
      halfEdge('outbound', endpoint(`web@h1/${address}`, { pid: String(i) }), 'api@h2/10.0.0.2', {
        opened: 2,
        rtt: 0.1 + i * 0.2,
        lastSeen: 5 + i,
      }),
    );
    const [edge, ...others] = buildGraph(halves, []).edges;
    expect(others).toEqual([]);
    expect(edge?.src).toMatchObject({ addresses: ['10.0.0.1', '10.0.0.7'], pids: ['0', '1'] });
    expect(edge?.figures.opened).toBe(4);
    expect(edge?.figures.rtt).toBeCloseTo(0.2);
    expect(edge?.figures.lastSeen).toBe(6);
  });
});
