import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../build/build-graph.ts';
import { endpoint, halfEdge } from '../../fixtures/half-edges.fixture.ts';
import { intersects } from '../../geometry/rectangle.ts';
import { layoutGraph } from '../../layout/layout-graph.ts';
import { neighbourhood } from '../neighbourhood.ts';
import { buildDisplay, type DisplayTexts } from './build-display.ts';
import { hitTest } from './hit-test.ts';

const sizes = { width: 160, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };
const measure = (text: string) => text.length * 6;

const call = (from: string, to: string, port: string, transmit = 1) =>
  halfEdge(
    'outbound',
    endpoint(`${from}@h/127.0.0.1`),
    endpoint(`${to}@h/127.0.0.1`),
    { transmit, receive: 0 },
    { port },
  );

const texts: DisplayTexts = {
  titleOf: (node) => node.title,
  subtitleOf: (node) => node.host,
  labelsOf: (edge) => [`:${edge.port}`],
  measure: { title: measure, subtitle: measure, label: measure },
};

const display = (...halves: ReturnType<typeof call>[]) => displayWith(texts, halves);

const displayWith = (texts: DisplayTexts, halves: ReturnType<typeof call>[]) => {
  const graph = buildGraph(halves, []);
  const layout = layoutGraph({ nodes: graph.nodes.map((node) => node.key), edges: graph.edges, sizes });
  return buildDisplay(graph, layout, texts);
};
const cardOf = (list: ReturnType<typeof display>, title: string) => {
  const card = list.cards.find((each) => each.title === title);
  if (!card) throw new Error(`no card ${title}`);
  return card;
};

describe('curves', () => {
  test('leave the source on its right and point at the left side of the destination', () => {
    const list = display(call('web', 'api', '80'));
    const [web, api] = [cardOf(list, 'web'), cardOf(list, 'api')];
    const [curve] = list.curves;
    expect(curve?.points[0]?.x).toBe(web.x + web.width);
    expect(curve?.arrow).toMatchObject({ direction: 1, tip: { x: api.x } });
    expect(curve?.arrow.tip.y).toBeCloseTo(api.y + api.height / 2);
  });

  test('of both directions of a pair, and of parallel ports, are separate', () => {
    const list = display(call('a', 'b', '1'), call('b', 'a', '1'), call('a', 'b', '2'));
    const starts = list.curves.map((curve) => Math.min(...curve.points.map(({ y }) => y)));
    expect(new Set(starts.map(Math.round)).size).toBe(3);
    expect(list.curves.map((curve) => curve.arrow.direction).toSorted()).toEqual([-1, 1, 1]);
  });

  test('of unknown direction end at the card, without an arrowhead', () => {
    const list = display(
      halfEdge('unknown', endpoint('a@h/127.0.0.1'), endpoint('b@h/127.0.0.1')),
      halfEdge('unknown', endpoint('a@h/127.0.0.1'), endpoint('a@h/127.0.0.1'), {}, { port: '81' }),
    );
    const [line, loop] = list.curves.toSorted((p, q) => q.arrow.direction - p.arrow.direction);
    expect([line, loop].map((curve) => curve?.arrow.length)).toEqual([0, 0]);
    expect(line?.points.at(-1)?.x).toBe(cardOf(list, 'b').x);
    expect(loop?.points.at(-1)?.y).toBeCloseTo(cardOf(list, 'a').y);
  });

  test('are wider for more bytes', () => {
    const list = display(call('a', 'b', '1', 10), call('a', 'c', '1', 1_000_000), call('a', 'd', '1', 0));
    const widths = list.curves.toSorted((p, q) => p.width - q.width).map((curve) => curve.target);
    expect(widths.map((key) => JSON.parse(key)[1])).toEqual(['d', 'b', 'c']);
  });

  test('between cards above each other lead around on the right, from the source to the destination', () => {
    const graph = buildGraph([call('a', 'b', '1'), call('b', 'a', '1')], []);
    const keys = graph.nodes.map((node) => node.key);
    const saved = new Map(keys.map((key, i) => [key, { x: i * 30, y: i * 300 }]));
    const layout = layoutGraph({ nodes: keys, edges: graph.edges, sizes, saved });
    const { curves } = buildDisplay(graph, layout, texts);
    for (const { points, arrow } of curves) {
      const [start, out, , end] = points;
      expect(arrow.direction).toBe(-1);
      expect(out?.x).toBeGreaterThan(Math.max(start?.x ?? 0, end?.x ?? 0));
    }
    expect(new Set(curves.map(({ points }) => Math.round(points[0]?.y ?? 0))).size).toBe(2);
    expect(curves[0]?.points).not.toEqual(curves[1]?.points.toReversed());
  });

  test('have the width of another figure if one is chosen', () => {
    const graph = buildGraph([call('a', 'b', '1', 10), call('a', 'c', '1', 1_000_000)], []);
    const layout = layoutGraph({ nodes: graph.nodes.map(({ key }) => key), edges: graph.edges, sizes });
    const amountOf = ({ target }: { target: string }) => (target.includes('"b"') ? 100 : 1);
    const { curves } = buildDisplay(graph, layout, { ...texts, amountOf });
    const widest = curves.toSorted((p, q) => q.width - p.width)[0];
    expect(widest?.target).toContain('"b"');
  });

  test('and cards of a group are within its frame', () => {
    const graph = buildGraph([call('a', 'b', '1'), call('b', 'c', '1')], []);
    const groupOf = new Map(graph.nodes.slice(0, 2).map(({ key }) => [key, 'g']));
    const layout = layoutGraph({
      nodes: graph.nodes.map(({ key }) => key),
      edges: graph.edges,
      sizes,
      groups: groupOf,
    });
    const { frames, cards } = buildDisplay(graph, layout, texts, {
      groups: new Map([['g', { title: 'tokyo' }]]),
      groupOf,
    });
    expect(frames.map(({ title }) => title)).toEqual(['tokyo']);
    const within = cards.filter((card) => frames.some((frame) => intersects(frame, card)));
    expect(within.map(({ key }) => key)).toEqual([...groupOf.keys()]);
  });

  test('from a node to itself are loops above the card', () => {
    const list = display(call('a', 'a', '1'));
    const [curve] = list.curves;
    expect(curve?.arrow.direction).toBe(0);
    expect(Math.min(...(curve?.points.map(({ y }) => y) ?? []))).toBeLessThan(cardOf(list, 'a').y);
    expect(list.bounds.y).toBeLessThan(cardOf(list, 'a').y);
  });
});

describe('labels', () => {
  const fan = display(...Array.from({ length: 14 }, (_, i) => call('hub', `s${i}`, `${8000 + i}`)));

  test('cover neither cards nor each other', () => {
    const rooms = [...fan.labels, ...fan.cards];
    for (const [i, a] of rooms.entries()) {
      for (const b of rooms.slice(i + 1)) expect(intersects(a, b)).toBe(false);
    }
  });

  test('are drawn on a loop, and for both directions and each port of a pair', () => {
    const list = display(call('a', 'a', '1'), call('a', 'b', '2'), call('b', 'a', '3'), call('a', 'b', '4'));
    expect(list.labels.map((label) => label.text).toSorted()).toEqual([':1', ':2', ':3', ':4']);
    const [loop] = list.labels.filter((label) => label.text === ':1');
    const card = cardOf(list, 'a');
    expect((loop?.y ?? 0) + (loop?.height ?? 0)).toBeLessThan(card.y);
    expect(loop?.x).toBeGreaterThan(card.x);
  });

  test('are omitted where they do not fit', () => {
    const bundle = display(...Array.from({ length: 30 }, (_, i) => call('a', 'b', `${8000 + i}`)));
    expect(bundle.labels.length).toBeGreaterThan(2);
    expect(bundle.labels.length).toBeLessThan(30);
    for (const [i, a] of bundle.labels.entries()) {
      for (const b of bundle.labels.slice(i + 1)) expect(intersects(a, b)).toBe(false);
    }
  });

  test('are as long as space allows', () => {
    const calls = [call('a', 'b', '1'), call('a', 'b', '2'), call('b', 'c', '3')];
    const labelsOf: DisplayTexts['labelsOf'] = ({ port }) => ['x'.repeat(port === '3' ? 12 : 30), `:${port}`];
    const list = displayWith({ ...texts, labelsOf }, calls);
    expect(list.labels.map((label) => label.text).toSorted()).toEqual([':1', ':2', 'x'.repeat(12)]);
  });

  test('are all drawn where space allows', () => {
    expect(fan.labels.map((label) => label.text).toSorted()).toEqual(
      Array.from({ length: 14 }, (_, i) => `:${8000 + i}`),
    );
  });
});

describe('hit tests', () => {
  const list = display(call('web', 'api', '80'), call('api', 'db', '5432'));

  test('find cards, labels and curves, and nothing beside them', () => {
    const web = cardOf(list, 'web');
    expect(hitTest(list, { x: web.x + 5, y: web.y + 5 }, 0)).toEqual({ type: 'node', key: web.key });
    const [label] = list.labels;
    const onLabel = { x: (label?.x ?? 0) + 2, y: (label?.y ?? 0) + 2 };
    expect(hitTest(list, onLabel, 0)).toEqual({ type: 'edge', key: label?.key });
    const [curve] = list.curves;
    const start = curve?.points[0] ?? { x: 0, y: 0 };
    expect(hitTest(list, { x: start.x + 4, y: start.y + 3 }, 4)).toEqual({ type: 'edge', key: curve?.key });
    expect(hitTest(list, { x: start.x + 4, y: start.y + 30 }, 4)).toBeUndefined();
  });

  test('highlight a node with its neighbours, and an edge with its nodes', () => {
    const ofApi = neighbourhood(list.curves, { type: 'node', key: cardOf(list, 'api').key });
    expect([ofApi.cards.size, ofApi.curves.size]).toEqual([3, 2]);
    const ofEdge = neighbourhood(list.curves, { type: 'edge', key: list.curves[0]?.key ?? '' });
    expect([ofEdge.cards.size, ofEdge.curves.size]).toEqual([2, 1]);
  });
});
