import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findBpfCompiler } from '../../compile-bpf.mjs';
import { FAILURES, SETUP_BOUNDS } from '../capture.ts';
import { kernelStructsModule, LAYOUT_HEADER, parseLayoutHeader } from './layout-header.case.ts';

const compiler = findBpfCompiler();
const header = parseLayoutHeader();

it('kernel-structs.ts is generated from layout.h', async () => {
  await expect(kernelStructsModule(header)).toMatchFileSnapshot('./kernel-structs.ts');
});

it.skipIf('missing' in compiler)('the compiler lays out each struct of layout.h in the same way', () => {
  const checks = [...header.structs].flatMap(([name, { size, fields }]) => [
    `_Static_assert(sizeof(struct ${name}) == ${size}, "size of ${name}");`,
    ...Object.entries(fields).map(
      ([field, { offset }]) =>
        `_Static_assert(__builtin_offsetof(struct ${name}, ${field}) == ${offset}, "${name}.${field}");`,
    ),
  ]);
  const values = [...header.constants].map(
    ([name, value]) => `_Static_assert(${name} == ${value}, "${name}");`,
  );
  const source = [`#include "${fileURLToPath(LAYOUT_HEADER)}"`, ...checks, ...values].join('\n');
  const { stderr, status } = spawnSync(
    'clang' in compiler ? compiler.clang : '',
    ['-target', 'bpf', '-fsyntax-only', '-x', 'c', '-'],
    { input: source, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('the kinds of failure are those of the kernel program, in the same order', () => {
  const names = header.enums.get('failure')?.map((name) => name.toLowerCase());
  expect(names).toEqual([...FAILURES, 'failures']);
  expect(header.structs.get('edge')?.fields.failed?.length).toBe(FAILURES.length);
});

it('the kernel program has a bucket for each bound of the set-up time, and one above', () => {
  expect(header.structs.get('edge')?.fields.setup?.length).toBe(SETUP_BOUNDS.length + 1);
});
