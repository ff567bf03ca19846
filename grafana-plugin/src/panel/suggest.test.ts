import type { DataFrame, Field } from '@grafana/data';
import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const frame = (...names: string[]): DataFrame => ({
  refId: 'A',
  length: 1,
  fields: names.map((name) => ({ name, type: 'string' as Field['type'], config: {}, values: ['x'] })),
});

test('suggests the panel only for half-edges and recorded edges, with labels in either spelling', () => {
  expect(suggest({ rawFrames: [frame('Time', 'observer', 'dst_port')] })).toEqual([{}]);
  expect(suggest({ rawFrames: [frame('Time', 'direction', 'dst_port')] })).toEqual([{}]);
  expect(suggest({ rawFrames: [frame('direction', 'dst.port')] })).toEqual([{}]);
  expect(suggest({ rawFrames: [frame('Time', 'instance')] })).toBeUndefined();
  expect(suggest({})).toBeUndefined();
});
