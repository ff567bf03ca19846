import type { DataFrame } from '@grafana/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readOverview } from '../graph/compare/overview.ts';
import { toCsv } from '../graph/export/csv.ts';
import { toJson } from '../graph/export/json.ts';
import { toMermaid } from '../graph/export/mermaid.ts';
import { cpuTime } from '../graph/fixtures/cpu-time.fixture.ts';
import { atLevel } from '../graph/levels/levels.ts';
import { whyEmpty } from '../graph/tables/why-empty.ts';
import { figureFields } from './query/figure-fields.ts';
import { readFrames } from './query/read-frames.ts';
import { emptyMessage } from './texts/empty-texts.ts';
import { nameNodes } from './texts/node-texts.ts';
import { noteText } from './texts/note-texts.ts';

/** All processing of frames up to the drawing. */
function read(series: DataFrame[]) {
  const tables = readFrames({ series });
  const overview = readOverview(tables);
  const empty = whyEmpty(tables.length, overview.contents, overview.graph);
  figureFields(series);
  const texts = [...overview.notes.map(noteText), ...(empty ? [emptyMessage(empty).advice] : [])];
  return { ...overview, tables, texts };
}

const LABELS = [
  'direction',
  'observer',
  'network_transport',
  'src_service',
  'src.address',
  'dst_service',
  'dst_address',
  'dst_port',
  'network_io_direction',
  'alertname',
  '__name__',
  '__proto__',
];
const text = fc.constantFrom('', 'outbound', 'inbound', 'both', 'web', '10.0.0.1', '80', 'transmit', 'unix');
const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, 1_700_000_000));
const odd = fc.oneof(
  fc.constantFrom(null, undefined, true, 10n, Symbol('odd'), Object.create(null), [], {}, () => 1),
  fc.string(),
);
const labels = fc.dictionary(fc.constantFrom(...LABELS), text, { maxKeys: 8 });
const field = fc.record(
  {
    name: fc.oneof(
      fc.constantFrom(...LABELS, 'Time', 'Value', 'Value #opened', 'Value #lastSeen'),
      fc.string(),
    ),
    type: fc.constantFrom('time', 'number', 'string', 'boolean', 'other', 'enum', 'frame', 'nestedFrames'),
    config: fc.constantFrom({}, { type: { enum: { text: ['outbound', 'web'] } } }),
    values: fc.array(fc.oneof(text, number, odd), { maxLength: 5 }),
    labels,
  },
  { requiredKeys: ['name', 'type', 'config', 'values'] },
);
const frame = fc.record(
  {
    refId: fc.constantFrom('lastSeen', 'opened', 'io', 'listen', 'missing', 'unexpected', 'alerts', 'A', ''),
    // Its declared type may differ from its values.
    length: fc.nat(10),
    fields: fc.array(field, { maxLength: 10 }),
  },
  { requiredKeys: ['length', 'fields'] },
) as unknown as fc.Arbitrary<DataFrame>;

test('no frame, however odd, throws when it is read, grouped or exported', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), (series) => {
      const { graph } = read(series);
      for (const level of ['instance', 'service', 'host', 'site'] as const) {
        const seen = nameNodes(atLevel(graph, level));
        const keys = new Set(seen.nodes.map(({ key }) => key));
        for (const { title } of seen.nodes) expect(title).not.toBe('');
        for (const { source, target, figures } of seen.edges) {
          expect(keys.has(source) && keys.has(target)).toBe(true);
          for (const figure of Object.values(figures)) expect(figure).toBeTypeOf('number');
        }
        for (const write of [toCsv, toJson]) expect(write(seen)).toBeTypeOf('string');
        expect(toMermaid(seen, (state) => state)).toBeTypeOf('string');
      }
    }),
    { numRuns: 1000 },
  );
});

test('50,000 series, or 50,000 rows at several times, are read in a few seconds', () => {
  const labelsOf = (i: number) => ({
    direction: 'outbound',
    network_transport: 'tcp',
    src_service: `s${i % 300}`,
    src_host: `h${i % 200}`,
    dst_address: `10.${i % 200}.${(i >> 8) % 250}.1`,
    dst_port: `${i}`,
  });
  const at = Array.from({ length: 50_000 }, (_, i) => i);
  const series = at.map((i) => ({
    refId: 'opened',
    length: 2,
    fields: [
      { name: 'Time', type: 'time', config: {}, values: [0, 1] },
      { name: 'Value', type: 'number', config: {}, values: [1, 2], labels: labelsOf(i) },
    ],
  })) as unknown as DataFrame[];
  const rows = {
    refId: 'opened',
    length: at.length,
    fields: [
      { name: 'Time', type: 'time', config: {}, values: at.map((i) => i % 2) },
      ...Object.keys(labelsOf(0)).map((name) => ({
        name,
        type: 'string',
        config: {},
        values: at.map((i) => labelsOf(i >> 1)[name as 'dst_port']),
      })),
      { name: 'Value', type: 'number', config: {}, values: at },
    ],
  } as unknown as DataFrame;
  // About 1 s on an idle machine.
  expect(cpuTime(() => expect(read(series).graph.edges).toHaveLength(50_000))).toBeLessThan(10_000);
  expect(cpuTime(() => expect(read([rows]).graph.edges).toHaveLength(25_000))).toBeLessThan(10_000);
}, 60_000);
