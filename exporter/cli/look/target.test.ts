import { expect, it } from 'vitest';
import { parseTarget } from './target.ts';

it.each([
  ['api', { kind: 'name', name: 'api' }],
  ['a b"{}', { kind: 'name', name: 'a b"{}' }],
  ['db:5432', { kind: 'name', name: 'db:5432' }],
  ['1.2.3', { kind: 'name', name: '1.2.3' }],
  ['999.1.1.1', { kind: 'name', name: '999.1.1.1' }],
  ['[api]', { kind: 'name', name: '[api]' }],
  ['10.0.0.1', { kind: 'address', address: '10.0.0.1' }],
  ['10.0.0.1:5432', { kind: 'address', address: '10.0.0.1', port: 5432 }],
  ['fd00::1', { kind: 'address', address: 'fd00::1' }],
  ['FD00:0:0::0001', { kind: 'address', address: 'fd00::1' }],
  ['[fd00::1]:80', { kind: 'address', address: 'fd00::1', port: 80 }],
  ['[fd00::1]', { kind: 'address', address: 'fd00::1' }],
  ['fe80::1%eth0', { kind: 'address', address: 'fe80::1' }],
  ['::ffff:10.0.0.1', { kind: 'address', address: '10.0.0.1' }],
  ['::1', { kind: 'address', address: '::1' }],
])('%s', (text, target) => {
  expect(parseTarget(text)).toEqual(target);
});

it.each(['10.0.0.1:0', '10.0.0.1:65536', '[::1]:99999'])('%s is rejected', (text) => {
  expect(() => parseTarget(text)).toThrow('expected a port from 1 to 65535');
});

it('an empty text is rejected', () => {
  expect(() => parseTarget(' ')).toThrow('expected a value that is not empty');
});
