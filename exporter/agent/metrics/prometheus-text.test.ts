import { EDGE_METRICS, SELF_METRICS } from '@musubi/contract/catalogue';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePrometheusText } from '../../../test/fixtures/prometheus-parser.ts';
import type { Family } from './family.ts';
import { prometheusText as parts } from './prometheus-text.ts';

const prometheusText = (...args: Parameters<typeof parts>) => [...parts(...args)].join('');

const resource = { 'service.name': 'musubi', 'service.instance.id': 'h', 'host.name': 'h' };

function opened(...attributes: Record<string, string | number>[]): Family {
  return {
    definition: EDGE_METRICS.opened,
    points: attributes.map((one, value) => ({ attributes: one, value, since: 0 })),
  };
}

it('writes families in the text format', () => {
  const families = [
    opened({ direction: 'outbound', 'dst.port': 80 }, {}),
    { definition: SELF_METRICS.edges, points: [{ attributes: {}, value: 0.25, since: 0 }] },
  ];
  expect(prometheusText(families, resource)).toMatchInlineSnapshot(`
    "# HELP service_dependency_connection_opened_total Connections established since service_dependency_start_time_seconds.
    # TYPE service_dependency_connection_opened_total counter
    service_dependency_connection_opened_total{direction="outbound",dst_port="80"} 0
    service_dependency_connection_opened_total 1
    # HELP musubi_edges Half-edges currently exported.
    # TYPE musubi_edges gauge
    musubi_edges 0.25
    # HELP target_info The exporter and its host.
    # TYPE target_info gauge
    target_info{host_name="h"} 1
    "
  `);
});

it('writes a histogram with cumulative buckets', () => {
  const value = { bounds: [0.001, 0.5], counts: [2, 0, 1], sum: 0.75 };
  const points = [{ 'dst.port': 80 }, {}].map((attributes) => ({ attributes, value, since: 0 }));
  expect(prometheusText([{ definition: EDGE_METRICS.setup, points }], {})).toMatchInlineSnapshot(`
    "# HELP service_dependency_connection_setup_duration_seconds Time from connect() to ESTABLISHED, measured at the source.
    # TYPE service_dependency_connection_setup_duration_seconds histogram
    service_dependency_connection_setup_duration_seconds_bucket{dst_port="80",le="0.001"} 2
    service_dependency_connection_setup_duration_seconds_bucket{dst_port="80",le="0.5"} 2
    service_dependency_connection_setup_duration_seconds_bucket{dst_port="80",le="+Inf"} 3
    service_dependency_connection_setup_duration_seconds_sum{dst_port="80"} 0.75
    service_dependency_connection_setup_duration_seconds_count{dst_port="80"} 3
    service_dependency_connection_setup_duration_seconds_bucket{le="0.001"} 2
    service_dependency_connection_setup_duration_seconds_bucket{le="0.5"} 2
    service_dependency_connection_setup_duration_seconds_bucket{le="+Inf"} 3
    service_dependency_connection_setup_duration_seconds_sum 0.75
    service_dependency_connection_setup_duration_seconds_count 3
    # HELP target_info The exporter and its host.
    # TYPE target_info gauge
    target_info 1
    "
  `);
});

it('adds the attributes of a point to those that it shares', () => {
  const attributes = { 'dst.port': 80 };
  const points = ['transmit', 'receive'].map((direction, value) => ({
    attributes,
    more: { 'network.io.direction': direction },
    value,
    since: 0,
  }));
  const bare = { attributes: {}, more: { 'network.io.direction': 'receive' }, value: 2, since: 0 };
  const text = prometheusText([{ definition: EDGE_METRICS.io, points: [...points, bare] }], resource);
  expect(text).toContain(
    'service_dependency_io_bytes_total{dst_port="80",network_io_direction="transmit"} 0\n',
  );
  expect(text).toContain(
    'service_dependency_io_bytes_total{dst_port="80",network_io_direction="receive"} 1\n',
  );
  expect(text).toContain('service_dependency_io_bytes_total{network_io_direction="receive"} 2\n');
});

it('is written in parts, none much larger than the limit', () => {
  const many = Array.from({ length: 5000 }, (_, port) => ({
    'dst.port': port,
    'src.service': 'x'.repeat(100),
  }));
  const page = [...parts([opened(...many)], resource)];
  expect(page.length).toBeGreaterThan(5);
  expect(Math.max(...page.map((part) => part.length))).toBeLessThan(70_000);
  expect(parsePrometheusText(page.join(''))).toHaveLength(5001);
});

it('leaves out families without points', () => {
  expect(prometheusText([opened()], resource)).not.toContain('opened');
});

const nasty = fc.constantFrom(
  '"',
  '\\',
  '\n',
  '\\n',
  '\r',
  '\t',
  '{',
  '}',
  ',',
  '=',
  '#',
  '🪢',
  '結',
  '\u2028',
  ' ',
);
const labelValue = fc.array(fc.oneof(nasty, fc.string())).map((parts) => parts.join(''));

it('is read back by a parser with every label value', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(labelValue, labelValue), { minLength: 1 }), (values) => {
      const points = values.map(([service, address]) => ({ 'src.service': service, 'dst.address': address }));
      const samples = parsePrometheusText(prometheusText([opened(...points)], resource));
      expect(samples.slice(0, -1)).toEqual(
        values.map(([service, address], value) => ({
          name: 'service_dependency_connection_opened_total',
          labels: { src_service: service, dst_address: address },
          value,
        })),
      );
    }),
  );
});

it('is read back with every value', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const family = { definition: SELF_METRICS.edges, points: [{ attributes: {}, value, since: 0 }] };
      const [sample] = parsePrometheusText(prometheusText([family], resource));
      expect(sample?.value === value).toBe(true);
    }),
  );
});

it('is read back with every bucket', () => {
  const counts = fc.array(fc.nat(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(
      labelValue,
      counts,
      fc.double({ noNaN: true, min: 0 }),
      (service, [a = 0, b = 0, c = 0], sum) => {
        const value = { bounds: [0.1, 2.5], counts: [a, b, c], sum };
        const points = [{ attributes: { 'src.service': service }, value, since: 0 }];
        const samples = parsePrometheusText(prometheusText([{ definition: EDGE_METRICS.setup, points }], {}));
        const name = 'service_dependency_connection_setup_duration_seconds';
        const labels = { src_service: service };
        expect(samples.slice(0, -1)).toEqual([
          { name: `${name}_bucket`, labels: { ...labels, le: '0.1' }, value: a },
          { name: `${name}_bucket`, labels: { ...labels, le: '2.5' }, value: a + b },
          { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: a + b + c },
          { name: `${name}_sum`, labels, value: sum },
          { name: `${name}_count`, labels, value: a + b + c },
        ]);
      },
    ),
  );
});

it('writes no label twice, although two attributes of the resource have the same one', () => {
  const page = prometheusText([], { ...resource, 'a.b': '1', a_b: '2', 'a-b': '3' });
  const [sample] = parsePrometheusText(page);
  // Prometheus joins them in the same way when it receives them by OTLP.
  expect(sample?.labels).toEqual({ host_name: 'h', a_b: '3;1;2' });
});
