import { expect, it } from 'vitest';
import { isKnownHost } from './known-host.ts';

const LOCAL = { names: ['web-7', 'metrics.corp.example'], anyDomain: false };

it.each([
  '127.0.0.1:9464',
  '10.1.2.3',
  '[::1]:9464',
  '[fd00::1]',
  'localhost:9464',
  'LOCALHOST',
  'musubi.localhost',
  'web-7:9464',
  'Web-7.',
  'metrics.corp.example:80',
])('accepts %s', (host) => {
  expect(isKnownHost(host, LOCAL)).toBe(true);
});

it.each([
  'evil.example',
  'evil.example:9464',
  'web-7.evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '',
  ':9464',
  '[evil.example]',
  'a:b:c',
  '::1',
])('refuses %j', (host) => {
  expect(isKnownHost(host, LOCAL)).toBe(false);
});

it('accepts the host in any domain where other hosts can connect', () => {
  const remote = { ...LOCAL, anyDomain: true };
  expect(isKnownHost('web-7.fra.example:9464', remote)).toBe(true);
  expect(isKnownHost('web-8.fra.example:9464', remote)).toBe(false);
  expect(isKnownHost('10.evil.example', { names: ['10.0.0.1'], anyDomain: true })).toBe(false);
});

it('accepts any name where all are allowed', () => {
  expect(isKnownHost('evil.example', 'all')).toBe(true);
});
