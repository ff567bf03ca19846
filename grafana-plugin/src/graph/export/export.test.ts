import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../build/build-graph.ts';
import { buildDisplay } from '../display/near/build-display.ts';
import { endpoint, halfEdge } from '../fixtures/half-edges.fixture.ts';
import { layoutGraph } from '../layout/layout-graph.ts';
import type { EdgeState, Graph } from '../model/graph.ts';
import { toCsv } from './csv.ts';
import { toJson } from './json.ts';
import { toMermaid } from './mermaid.ts';
import { type ImageStyle, toSvg } from './svg.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  ']]></text><script>',
  '&lt;b&gt;',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '＝1',
  'a"b,c\r\nd',
  '"]; click n0 "javascript:alert(1)"',
  'x --> y',
  '\u202Egnp.exe',
  '\u0000\u0008\uD800\uFFFF',
  'x'.repeat(10_000),
  '%%{init: {}}%%',
];

const graphOf = (names: readonly string[]): Graph => {
  const graph = buildGraph(
    names.map((name, i) => {
      const from = endpoint('', { service: name, host: name, process: name, address: `10.0.0.${i}` });
      return halfEdge('outbound', from, endpoint('api@h/127.0.0.1'), {
        opened: i,
        transmit: 10,
        lastSeen: 1_700_000_000,
      });
    }),
    [],
  );
  return {
    ...graph,
    edges: graph.edges.map((edge, i) => (i === 0 ? { ...edge, states: ['vanished'] } : edge)),
  };
};

const style: ImageStyle = {
  background: '#fff',
  card: '#eee',
  border: '#999',
  text: '#000',
  mutedText: '#555',
  edge: '#888',
  stateColour: () => '#c00',
  hostColour: () => '#08f',
  fontFamily: 'Inter, "Helvetica", sans-serif',
};
const svgOf = (graph: Graph): string => {
  const sizes = { width: 164, height: 46, columnGap: 140, rowGap: 26, aspect: 1.7 };
  const layout = layoutGraph({ nodes: graph.nodes.map(({ key }) => key), edges: graph.edges, sizes });
  const display = buildDisplay(graph, layout, {
    titleOf: ({ title }) => title,
    subtitleOf: ({ host }) => host,
    labelsOf: ({ port }) => [port],
    measure: { title: (text) => text.length * 0.1, subtitle: (text) => text.length * 0.1, label: () => 20 },
  });
  return toSvg(display, style);
};
const anyName = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }));
const anyNames = fc.uniqueArray(anyName.filter(Boolean), { minLength: 1, maxLength: 5 });

describe('SVG', () => {
  /** The only markup allowed between angle brackets. */
  const TAG =
    /^<(?:svg|rect|path|text|\/svg|\/text)(?: [a-z-]+(?:)="[^"<>]*"| xmlns="[^"]*"| viewBox="[^"]*")*\/?>$/;

  test('contains only shapes and inert text, for any names', () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const svg = svgOf(graphOf(names));
        const tags = svg.match(/<[^>]*>/g) ?? [];
        for (const tag of tags) expect(tag).toMatch(TAG);
        const text = svg.replace(/<[^>]*>/g, '');
        expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML forbids
        expect(svg).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\u202E]/);
        expect(svg.isWellFormed()).toBe(true);
      }),
    );
  });

  test('has a card per node, a line with an arrowhead per edge, and dotted lines for vanished edges', () => {
    const svg = svgOf(graphOf(['web', 'cron']));
    expect(svg.match(/<path/g)).toHaveLength(4);
    expect(svg.match(/stroke-dasharray="1.5 5"/g)).toHaveLength(1);
    expect(svg).toContain('>web</text>');
    expect(svg).toContain('font-family="Inter, &quot;Helvetica&quot;, sans-serif"');
    expect(svg).not.toContain('NaN');
  });
});

describe('CSV', () => {
  /** Parses CSV (RFC 4180). */
  const parse = (csv: string): string[][] => {
    const rows: string[][] = [[]];
    for (const [, quoted, plain = '', separator] of csv.matchAll(
      /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
    )) {
      rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      if (separator === '\r\n') rows.push([]);
    }
    return rows.slice(0, -1);
  };

  test('can be read back, except for the prefix that keeps formulas text', () => {
    const graph = graphOf(HOSTILE);
    const [head = [], ...rows] = parse(toCsv(graph));
    expect(rows).toHaveLength(graph.edges.length);
    const names = rows.map((row) => row[head.indexOf('source_host')] ?? '');
    for (const name of names) {
      expect(name).not.toMatch(/^[\s\0]*[=+\-@＝]/);
      expect(HOSTILE).toContain(name.startsWith("'") ? name.slice(1) : name);
    }
    for (const row of rows) expect(row).toHaveLength(head.length);
    const opened = rows.map((row) => Number(row[head.indexOf('connections_opened')]));
    expect(opened.toSorted((a, b) => a - b)).toEqual(HOSTILE.map((_, i) => i));
    expect(rows[0]?.[head.indexOf('last_seen')]).toBe('2023-11-14T22:13:20.000Z');
    expect(rows.map((row) => row[head.indexOf('states')]).filter(Boolean)).toEqual(['vanished']);
  });

  test('omits a time beyond the range of dates', () => {
    const graph = buildGraph(
      [halfEdge('outbound', 'a@h/127.0.0.1', 'b@h/127.0.0.1', { lastSeen: 1e300 })],
      [],
    );
    expect(toCsv(graph)).toContain('tcp,yes,source,,,,,,,,,,,');
  });
});

test('JSON can be read back', () => {
  fc.assert(
    fc.property(anyNames, (names) => {
      const graph = graphOf(names);
      const read = JSON.parse(toJson(graph));
      expect(read.nodes.map(({ id }: { id: string }) => id)).toEqual(graph.nodes.map(({ key }) => key));
      expect(read.edges.map(({ source }: { source: string }) => source)).toEqual(
        graph.edges.map(({ source }) => source),
      );
      expect(read.edges[0].figures).toEqual(graph.edges[0]?.figures);
    }),
  );
});

describe('Mermaid', () => {
  const NODE = /^ {2}n\d+\["(?:[\p{L}\p{N} .:/@_,…\uFFFD\u2068\u2069-]|#\d+;)*"\]$/u;
  const wordFor = (state: EdgeState) => (state === 'vanished' ? '消滅' : state);
  const EDGE = /^ {2}n\d+ (?:-->|---|-\.->|-\.-)(?:\|"[\p{L}\p{N} ./]*"\|)? n\d+$/u;

  test('keeps any name within its quotes', () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const graph = graphOf(names);
        const [head, ...lines] = toMermaid(graph, wordFor).trimEnd().split('\n');
        expect(head).toBe('flowchart LR');
        expect(lines).toHaveLength(graph.nodes.length + graph.edges.length);
        lines.forEach((line, i) => {
          expect(line).toMatch(i < graph.nodes.length ? NODE : EDGE);
          expect(line.length).toBeLessThan(1500);
        });
      }),
    );
  });

  test('is a readable flowchart', () => {
    expect(toMermaid(graphOf(['web']), wordFor)).toBe(
      'flowchart LR\n  n0["api @ h"]\n  n1["web"]\n  n1 -.->|"80/tcp 消滅"| n0\n',
    );
  });
});
