import { hostname } from 'node:os';
import { VERSION } from '@musubi/agent/version';
import { describe, expect, it } from 'vitest';
import { parseResourceAttributes, resourceOf } from './resource.ts';
import { UsageError } from './usage-error.ts';

describe('the resource', () => {
  it('identifies the exporter by host, the same after every restart', () => {
    expect(resourceOf({}, undefined)).toEqual({
      'service.name': 'musubi',
      'service.version': VERSION,
      'host.boot.id': expect.stringMatching(/^[\da-f-]{36}$/),
      'service.instance.id': hostname(),
      'host.name': hostname(),
    });
  });

  it.each([
    ['the option', 'a', 'host.name=b', 'a'],
    ['the attributes', undefined, 'host.name=b', 'b'],
    ['the system', undefined, '', hostname()],
    ['the system, for an empty attribute', undefined, 'host.name=', hostname()],
  ])('has its host name from %s', (_from, option, attributes, host) => {
    expect(resourceOf({ OTEL_RESOURCE_ATTRIBUTES: attributes }, option)).toMatchObject({
      'host.name': host,
      'service.instance.id': host,
    });
  });

  it('has other attributes, and its service name from OTEL_SERVICE_NAME first', () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=x,service.instance.id=i,zone=z' };
    expect(resourceOf(env, 'h')).toMatchObject({
      'service.name': 'x',
      'service.instance.id': 'i',
      zone: 'z',
      'host.name': 'h',
    });
    expect(resourceOf({ ...env, OTEL_SERVICE_NAME: 'y' }, 'h')['service.name']).toBe('y');
  });
});

describe('attributes in a variable', () => {
  it.each([
    ['', {}],
    [' , ', {}],
    ['a=1,b=2', { a: '1', b: '2' }],
    [' a = 1 ,b=x=y', { a: '1', b: 'x=y' }],
    ['a=%2C%3D%20%E7%B5%90', { a: ',= 結' }],
    ['a=1,a=2', { a: '2' }],
    ['a=', { a: '' }],
  ])('%j', (text, attributes) => {
    expect(parseResourceAttributes(text)).toEqual(attributes);
  });

  it.each([
    ['a', 'invalid value for OTEL_RESOURCE_ATTRIBUTES: "a" (expected key=value)'],
    ['b=1,=x', 'invalid value for OTEL_RESOURCE_ATTRIBUTES: "=x" (expected key=value)'],
    ['a=%zz', 'invalid value for OTEL_RESOURCE_ATTRIBUTES: "a=%zz" (expected percent-encoding)'],
  ])('are rejected: %j', (text, message) => {
    expect(() => parseResourceAttributes(text)).toThrow(UsageError);
    expect(() => parseResourceAttributes(text)).toThrow(message);
  });
});
