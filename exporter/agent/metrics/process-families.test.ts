import { PROCESS_METRICS } from '@musubi/contract/catalogue';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { expect, it } from 'vitest';
import { processFamilies, readProcessUsage } from './process-families.ts';

it('has the names that Prometheus client libraries use', () => {
  expect(Object.values(PROCESS_METRICS).map(prometheusName)).toEqual([
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_virtual_memory_bytes',
    'process_open_fds',
    'process_max_fds',
    'process_start_time_seconds',
  ]);
});

it('reads the usage of this process', () => {
  const { cpu = 0, resident = 0, virtual = 0, openFiles = 0, started = 0 } = readProcessUsage(1024);
  expect(cpu).toBeGreaterThan(0);
  expect(resident).toBeGreaterThan(10e6);
  expect(virtual).toBeGreaterThan(resident);
  expect(openFiles).toBeGreaterThan(3);
  expect(Math.abs(Date.now() / 1000 - process.uptime() - started)).toBeLessThan(1);
});

it('leaves out what is unknown or without limit', () => {
  const names = processFamilies({ cpu: 1, maxFiles: Number.POSITIVE_INFINITY }, 0).map(
    ({ definition }) => definition.name,
  );
  expect(names).toEqual(['process.cpu']);
});
