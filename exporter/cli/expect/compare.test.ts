import { expect, it } from 'vitest';
import type { ServiceEdge } from '../joined/edge.ts';
import { compareWith } from './compare.ts';
import type { ExpectedEdge } from './expectations.ts';

const edge = (source: string, destination: string, port = 80): ServiceEdge => ({
  src: { name: source },
  dst: { name: destination },
  port,
  transport: 'tcp',
});
const expected = (of: ServiceEdge, maxGap = 300): ExpectedEdge => ({ ...of, maxGap });
const NOW = 1_800_000_000;
const seen = (of: ServiceEdge, unused = 0) => ({ edge: of, lastSeen: NOW - unused });

it('reports as missing what is unused for longer than its gap, or not found', () => {
  const expectations = {
    expected: [
      expected(edge('web', 'gone')),
      expected(edge('web', 'api')),
      expected(edge('night', 'db'), 26 * 3600),
      expected(edge('api', 'db')),
      expected(edge('once', 'db'), Number.POSITIVE_INFINITY),
    ],
    allowed: [],
  };
  const { missing } = compareWith(
    expectations,
    // What is known may be two minutes behind.
    [seen(edge('web', 'api'), 419), seen(edge('night', 'db'), 80_000), seen(edge('api', 'db'), 421)],
    [],
    NOW,
  );
  expect(missing.map(({ edge, lastSeen }) => [edge.src.name, edge.dst.name, lastSeen])).toEqual([
    ['api', 'db', NOW - 421],
    ['web', 'gone', undefined],
  ]);
});

it('reports as unexpected what is in use and neither expected nor allowed', () => {
  const allowed = [
    { source: '.*', destination: 'internet', port: '443' },
    { source: 'we.', destination: 'b', port: '.*' },
  ];
  const there = [
    edge('web', 'internet', 443),
    edge('web', 'internet', 4430),
    edge('web', 'b'),
    edge('web2', 'b'),
    edge('web', 'bb'),
    edge('web', 'api'),
  ];
  const { unexpected } = compareWith(
    { expected: [expected(edge('web', 'api'))], allowed },
    [...there.map((one) => seen(one)), seen(edge('x', 'long-ago'), 430)],
    [],
    NOW,
  );
  expect(unexpected.map(({ edge }) => `${edge.src.name} ${edge.dst.name} ${edge.port}`)).toEqual([
    'web bb 80',
    'web internet 4430',
    'web2 b 80',
  ]);
});

it('reports as failing five failed attempts that exceed a tenth of all', () => {
  const attempts = [
    { edge: edge('a', 'few'), failed: 4, opened: 0 },
    { edge: edge('a', 'all'), failed: 5, opened: 0 },
    { edge: edge('a', 'rare'), failed: 10, opened: 90 },
    { edge: edge('a', 'often'), failed: 11, opened: 89 },
    { edge: edge('a', 'internet'), failed: 11, opened: 0 },
  ];
  const allowed = [{ source: '.*', destination: 'internet', port: '.*' }];
  const { failing } = compareWith({ expected: [], allowed }, [], attempts, NOW);
  expect(failing.map(({ edge }) => edge.dst.name)).toEqual(['all', 'often']);
});
