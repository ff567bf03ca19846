import { createRequire } from 'node:module';
import { createTheme, type DataFrame, type FieldConfig, FieldType } from '@grafana/data';
import { describe, expect, test, vi } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import { createFormatters } from './formatters.ts';

// Its ES modules import names that Node does not find in CommonJS modules.
vi.mock('@grafana/data', () => createRequire(import.meta.url)('@grafana/data'));

const theme = createTheme();
const graph = buildGraph(
  [
    halfEdge('outbound', 'a@h', 'b@h', { opened: 90, failed: 10, transmit: 1000 }),
    halfEdge('outbound', 'c@h', 'b@h', { opened: 4, transmit: 2_000_000 }),
  ],
  [],
);

/** Formatters with configured fields of some queries. */
const formatters = (configs: Record<string, FieldConfig>) =>
  createFormatters(
    {
      series: Object.entries(configs).map(
        ([refId, config]): DataFrame => ({
          refId,
          length: 1,
          fields: [
            { name: 'direction', type: FieldType.string, config: {}, values: ['outbound'] },
            ...(refId === 'io'
              ? [{ name: 'network_io_direction', type: FieldType.string, config: {}, values: ['transmit'] }]
              : []),
            { name: `Value #${refId}`, type: FieldType.number, config, values: [1] },
          ],
        }),
      ),
    },
    graph,
    theme,
    'utc',
  );

const thresholds = (...steps: [number, string][]): FieldConfig => ({
  color: { mode: 'thresholds' },
  thresholds: { mode: 'absolute' as never, steps: steps.map(([value, color]) => ({ value, color })) },
});

describe('texts', () => {
  test('have sensible default units', () => {
    const { text } = formatters({});
    expect(text('opened', 1234.4)).toBe('1,234');
    expect(text('opened', 0.2)).toBe('< 1');
    expect(text('bytes', 2048.4)).toBe('2 KiB');
    expect(text('rtt', 0.0012)).toBe('1.20 ms');
    expect(text('failureShare', 0.1)).toBe('10%');
    expect(text('lastSeen', 0)).toBe('1970-01-01 00:00:00');
  });

  test('follow the unit and the decimals of their field', () => {
    const { text, byteUnits } = formatters({
      io: { unit: 'decbytes', decimals: 3 },
      opened: { unit: 'short', decimals: 1 },
      lastSeen: { unit: 'dateTimeAsIso' },
    });
    expect(text('bytes', 2048)).toBe('2.048 kB');
    expect(text('transmit', 2048)).toBe('2.048 kB');
    expect(text('opened', 0.25)).toBe('0.3');
    expect(text('lastSeen', 0)).toMatch(/^1970-01-01|^1969-12-31/);
    expect(byteUnits).toBe('SI bytes, 1 kB = 1000 B');
  });

  test('follow mappings, names and the text for missing values', () => {
    const { text, name, noText } = formatters({
      open: {
        mappings: [{ type: 'value' as never, options: { 0: { text: 'none' } } as never }],
        displayName: 'In use',
        noValue: 'n/a',
      },
      io: { displayName: 'Volume' },
    });
    expect([text('open', 0), text('open', 7), name('open'), noText('open')]).toEqual([
      'none',
      '7',
      'In use',
      'n/a',
    ]);
    // One field has both directions: its name is that of their sum.
    expect([name('bytes'), name('transmit'), name('opened')]).toEqual(['Volume', undefined, undefined]);
  });
});

describe('marks', () => {
  test('are the colours of thresholds and mappings only', () => {
    const { mark } = formatters({
      opened: thresholds([-Infinity, 'green'], [80, 'red']),
      open: {
        color: { mode: 'continuous-viridis' },
        mappings: [{ type: 'value' as never, options: { 0: { color: 'blue' } } as never }],
      },
    });
    const colour = theme.visualization.getColorByName;
    expect([mark('opened', 79), mark('opened', 80)]).toEqual([colour('green'), colour('red')]);
    expect([mark('open', 0), mark('open', 1)]).toEqual([colour('blue'), undefined]);
    expect(mark('rtt', 1)).toBeUndefined();
  });
});

describe('scales', () => {
  test('range from zero to the maximum of the graph, or as configured', () => {
    expect(formatters({}).scale('bytes')).toMatchObject({ least: 0, most: 2_000_000 });
    expect(formatters({ io: { min: 10, max: 500 } }).scale('bytes')).toMatchObject({ least: 10, most: 500 });
    expect(formatters({}).scale('failureShare')).toMatchObject({ least: 0, most: 1 });
    expect(formatters({}).scale('rtt')).toMatchObject({ least: 0, most: 0 });
  });

  test('of a gradual scheme keep small amounts distinguishable', () => {
    const { colour, gradual, steps } = formatters({
      io: { color: { mode: 'continuous-viridis' } },
    }).scale('bytes');
    expect({ gradual, steps }).toEqual({ gradual: true, steps: [0, 2_000_000] });
    expect(new Set([0, 200, 2000, 20_000, 2_000_000].map(colour)).size).toBe(5);
  });

  test('of thresholds start a new step at each of them', () => {
    const { colour, steps, gradual } = formatters({
      failed: {
        ...thresholds([-Infinity, 'green'], [50, 'red']),
        thresholds: {
          mode: 'percentage' as never,
          steps: [
            { value: -Infinity, color: 'green' },
            { value: 50, color: 'red' },
          ],
        },
      },
    }).scale('failureShare');
    expect({ steps, gradual }).toEqual({ steps: [0, 0.5], gradual: false });
    expect(colour(0.6)).toBe(theme.visualization.getColorByName('red'));
  });
});
