import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { prometheusLabel, prometheusName, seriesNames } from './prometheus-name.ts';

/** The metric contract: what dashboards, rules and alerts query. */
const CONTRACT: Readonly<Record<string, string>> = {
  'service.dependency.active_connections': 'service_dependency_active_connections',
  'service.dependency.connection.opened': 'service_dependency_connection_opened_total',
  'service.dependency.connection.failed': 'service_dependency_connection_failed_total',
  'service.dependency.connection.setup.duration': 'service_dependency_connection_setup_duration_seconds',
  'service.dependency.io': 'service_dependency_io_bytes_total',
  'service.dependency.tcp.rtt': 'service_dependency_tcp_rtt_seconds',
  'service.dependency.tcp.retransmits': 'service_dependency_tcp_retransmits_total',
  'service.dependency.last_seen': 'service_dependency_last_seen_seconds',
  'service.dependency.start_time': 'service_dependency_start_time_seconds',
  'service.dependency.listen': 'service_dependency_listen',
};

const edgeMetrics = CATALOGUE.filter(({ name }) => name.startsWith('service.'));

it.each(edgeMetrics.map((definition) => [definition.name, definition] as const))(
  '%s has the name of the contract',
  (name, definition) => {
    expect(prometheusName(definition)).toBe(CONTRACT[name]);
  },
);

/** As otlptranslator's own tests have it (metric_namer_test.go), for the units the catalogue uses. */
describe('a name is translated as Prometheus does it', () => {
  it.each([
    ['a dot', 'system.io', '', 'gauge', 'system_io'],
    ['a unit', 'system.disk.io', 'By', 'counter', 'system_disk_io_bytes_total'],
    ['a unit the name ends in', 'process.runtime.bytes', 'By', 'gauge', 'process_runtime_bytes'],
    ['a unit within the name', 'a.seconds.spent', 's', 'gauge', 'a_seconds_spent'],
    ['total within a counter', 'a.total.b', '', 'counter', 'a_b_total'],
    ['total at the end of a counter', 'a.total', 's', 'counter', 'a_seconds_total'],
    ['an up-down sum', 'queue.size', '{item}', 'updown', 'queue_size'],
    ['an annotation', 'opened', '{connection}', 'counter', 'opened_total'],
    ['a ratio', 'load', '1', 'gauge', 'load_ratio'],
    ['a count of unit 1', 'loads', '1', 'counter', 'loads_total'],
    ['runs of other characters', 'a..b--c d', '', 'gauge', 'a_b_c_d'],
    ['a digit in front', '2xx.count', '', 'gauge', '_2xx_count'],
  ] as const)('%s', (_title, name, unit, kind, translated) => {
    expect(prometheusName({ name, unit, kind })).toBe(translated);
  });

  it('gives a valid name for any', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom('', 's', 'By', '1'), (name, unit) => {
        fc.pre(/[a-zA-Z0-9]/.test(name));
        expect(prometheusName({ name, unit, kind: 'counter' })).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      }),
    );
  });
});

it('has several series for a histogram, and one for any other', () => {
  const metric = { name: 'a.b', unit: 's' };
  expect(seriesNames({ ...metric, kind: 'gauge' })).toEqual(['a_b_seconds']);
  expect(seriesNames({ ...metric, kind: 'histogram' })).toEqual([
    'a_b_seconds_bucket',
    'a_b_seconds_count',
    'a_b_seconds_sum',
  ]);
});

describe('a label', () => {
  it.each([
    ['src.service', 'src_service'],
    ['network.io.direction', 'network_io_direction'],
    ['k8s.pod-name', 'k8s_pod_name'],
    ['0day', 'key_0day'],
    ['été', '_t_'],
  ])('%s is %s', (attribute, label) => {
    expect(prometheusLabel(attribute)).toBe(label);
  });
});
