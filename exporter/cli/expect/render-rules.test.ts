import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { oddName } from '../../../test/fixtures/odd-name.ts';
import { type AllowedEdges, type ExpectedEdge, labelsOf } from './expectations.ts';
import { renderRules } from './render-rules.ts';

const EDGE: ExpectedEdge = {
  src: { name: 'web' },
  dst: { name: 'api' },
  port: 8080,
  transport: 'tcp',
  maxGap: 300,
};

it('renders a series for each expected dependency, and rules for allowed and unlisted ones', () => {
  const never = { ...EDGE, src: { name: 'report', site: 'fra' }, maxGap: Number.POSITIVE_INFINITY };
  const allowed = [
    { source: '.*', destination: 'internet', port: '443' },
    { source: 'a"b', destination: '\\d+', port: '.*' },
  ];
  const rules = renderRules({ expected: [EDGE, never], allowed });
  const selected = [
    'musubi:service_edge:last_seen_seconds{src_service=~".*",dst_service=~"internet",dst_port=~"443"}',
    'musubi:service_edge:last_seen_seconds{src_service=~"a\\"b",dst_service=~"\\\\d+",dst_port=~".*"}',
  ].join(' or ');
  expect(parse(rules).groups).toEqual([
    {
      name: 'musubi-expected-edges',
      interval: '30s',
      rules: [
        {
          record: 'musubi:expected_edge:max_gap_seconds',
          expr: 'vector(Inf)',
          labels: {
            src_service: 'report',
            src_site: 'fra',
            dst_service: 'api',
            dst_port: '8080',
            network_transport: 'tcp',
          },
        },
        {
          record: 'musubi:expected_edge:max_gap_seconds',
          expr: 'vector(300)',
          labels: { src_service: 'web', dst_service: 'api', dst_port: '8080', network_transport: 'tcp' },
        },
        {
          record: 'musubi:allowed_edge:last_seen_seconds',
          expr: selected,
        },
        {
          record: 'musubi:unlisted_edge:last_seen_seconds',
          expr: `musubi:service_edge:last_seen_seconds unless last_over_time(musubi:expected_edge:max_gap_seconds[1ms]) unless (${selected})`,
        },
      ],
    },
  ]);
});

it('keeps any name unchanged through YAML and PromQL, and never as part of a query', () => {
  const edge = oddName.map((name): ExpectedEdge => ({ ...EDGE, src: { name }, dst: { name } }));
  const allow = oddName.map((name): AllowedEdges => {
    const source = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return { source, destination: '.*', port: '.*' };
  });
  fc.assert(
    fc.property(edge, fc.array(allow, { minLength: 1, maxLength: 3 }), (expected, allowed) => {
      const [gap, known] = parse(renderRules({ expected: [expected], allowed })).groups[0].rules;
      expect(gap.labels).toEqual(labelsOf(expected));
      const strings = [...known.expr.matchAll(/src_service=~("(?:[^"\\]|\\.)*")/g)].map(
        ([, quoted]) => quoted,
      );
      expect(strings.map((quoted) => JSON.parse(quoted))).toEqual(allowed.map(({ source }) => source));
    }),
  );
});

it('renders the same file for any order', () => {
  const other = { ...EDGE, port: 81 };
  const render = (...expected: ExpectedEdge[]) => renderRules({ expected, allowed: [] });
  expect(render(EDGE, other)).toBe(render(other, EDGE));
});
