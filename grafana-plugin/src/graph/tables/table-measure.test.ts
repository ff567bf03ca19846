import { CATALOGUE, EDGE_ATTRIBUTES } from '@musubi/contract/catalogue';
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import { expect, test } from 'vitest';
import { isLabel, measureOfMetric } from './table-measure.ts';

test('each metric of the contract has a measure, except those that the panel does not show', () => {
  const names = Object.values(CATALOGUE)
    .map(prometheusName)
    .filter((name) => name.startsWith('service_dependency_'));
  expect(names.map((name) => `${name}: ${measureOfMetric(name)}`).toSorted()).toEqual([
    'service_dependency_active_connections: open',
    'service_dependency_connection_failed_total: failed',
    'service_dependency_connection_opened_total: opened',
    'service_dependency_connection_setup_duration_seconds: undefined',
    'service_dependency_io_bytes_total: io',
    'service_dependency_last_seen_seconds: lastSeen',
    'service_dependency_listen: listen',
    'service_dependency_start_time_seconds: undefined',
    'service_dependency_tcp_retransmits_total: undefined',
    'service_dependency_tcp_rtt_seconds: rtt',
  ]);
});

test('every label of an edge is recognised as a label', () => {
  const labels = EDGE_ATTRIBUTES.map(prometheusLabel);
  expect(labels.filter((name) => !isLabel({ name, type: 'number', values: [] }))).toEqual([]);
});
