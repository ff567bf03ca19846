import { expect, test } from 'vitest';
import { endpointName } from './endpoint-name.ts';

test.each([
  [{ src_service: 'web', src_address: '10.0.0.1', src_host: 'h1', dst_service: 'db' }, 'web'],
  [{ src_service: '', src_address: '10.0.0.1', src_host: 'h1' }, '10.0.0.1'],
  [{ src_host: 'h1' }, 'h1'],
  [{ dst_service: 'db' }, ''],
])('an endpoint is identified by its service, else its address, else its host: %j', (labels, name) => {
  expect(endpointName((label) => (labels as Record<string, string>)[label], 'src')).toBe(name);
});
