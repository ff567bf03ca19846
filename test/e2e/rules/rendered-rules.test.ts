/** promtool accepts what `musubi expect render` writes. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AllowedEdges, ExpectedEdge } from '../../../exporter/cli/expect/expectations.ts';
import { renderRules } from '../../../exporter/cli/expect/render-rules.ts';
import { oddName } from '../../fixtures/odd-name.ts';
import { createTempFile } from '../../fixtures/temp-file.ts';
import { toolPath } from '../../harness/places.ts';

const EDGE: ExpectedEdge = {
  src: { name: 'web' },
  dst: { name: 'api' },
  port: 8080,
  transport: 'tcp',
  maxGap: 300,
};
const ALLOWED: readonly AllowedEdges[] = [
  { source: '.*', destination: 'internet', port: '443' },
  { source: 'a"b', destination: '\\d+', port: '.*' },
];

/** Throws for rules that promtool rejects. */
function check(rules: string): void {
  using file = createTempFile(rules);
  execFileSync(toolPath('promtool'), ['check', 'rules', file.path], { stdio: 'pipe' });
}

it('promtool accepts expected and allowed dependencies', () => {
  const never = { ...EDGE, src: { name: 'report', site: 'fra' }, maxGap: Number.POSITIVE_INFINITY };
  check(renderRules({ expected: [EDGE, never], allowed: ALLOWED }));
});

it('promtool accepts a file without expected dependencies, without allowed ones, or without both', () => {
  check(renderRules({ expected: [], allowed: [] }));
  check(renderRules({ expected: [], allowed: ALLOWED }));
  check(renderRules({ expected: [EDGE], allowed: [] }));
});

it('promtool accepts any name', () => {
  const names = [...new Set(fc.sample(oddName, 100))];
  expect(names.length).toBeGreaterThan(50);
  const allowed = names.map((name) => ({
    source: name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    destination: '.*',
    port: '.*',
  }));
  const expected = names.map((name) => ({ ...EDGE, src: { name }, dst: { name } }));
  check(renderRules({ expected, allowed }));
});
