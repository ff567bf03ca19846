import { describe, expect, it } from 'vitest';
import {
  CATALOGUE,
  EDGE_ATTRIBUTES,
  EDGE_METRICS,
  LISTEN_ATTRIBUTES,
  SELF_METRICS,
  TABLE_METRICS,
} from './catalogue.ts';
import { prometheusName } from './prometheus-name.ts';

const table = CATALOGUE.map((definition) => [definition.name, definition] as const);

it('has each name once, in OpenTelemetry and in Prometheus', () => {
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  expect(new Set(CATALOGUE.map(prometheusName)).size).toBe(CATALOGUE.length);
});

describe.each(table)('%s', (_name, { name, unit, kind, help, attributes, integer }) => {
  it('is a dotted lower-case name below one of the roots', () => {
    expect(name).toMatch(/^(?:service\.dependency|musubi|process)(?:\.[a-z]+(?:_[a-z]+)*)+$/);
  });

  it('has a unit for which both exports write the same suffix', () => {
    expect(unit).toMatch(/^(?:|s|By|\{[a-z]+\})$/);
    if (unit === '') expect(kind).toBe('gauge');
    if (unit.startsWith('{') || unit === 'By') expect(integer).toBe(true);
  });

  it('is explained in sentences', () => {
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(help).not.toMatch(/[\n"\\]/);
  });

  it('adds attributes to those of an edge, if any, and repeats none', () => {
    for (const attribute of attributes) {
      expect(attribute).toMatch(/^[a-z]+(?:\.[a-z]+)*$/);
      expect(EDGE_ATTRIBUTES).not.toContain(attribute);
    }
  });
});

it('knows edges by the attributes of the metric contract', () => {
  const ends = ['service', 'process', 'pid', 'host', 'address', 'site', 'kind'];
  expect([...EDGE_ATTRIBUTES].sort()).toEqual(
    [
      'direction',
      'network.transport',
      'dst.port',
      ...ends.flatMap((field) => [`src.${field}`, `dst.${field}`]),
    ].sort(),
  );
  expect(LISTEN_ATTRIBUTES.every((name) => !name.startsWith('src.') && name !== 'direction')).toBe(true);
  expect(LISTEN_ATTRIBUTES).toHaveLength(9);
});

it('has every definition in the catalogue', () => {
  const names = CATALOGUE.map(({ name }) => name);
  const defined = [EDGE_METRICS, SELF_METRICS, TABLE_METRICS].flatMap((table) =>
    Object.values<{ name: string }>(table),
  );
  for (const { name } of defined) expect(names).toContain(name);
});
