import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../harness/places.ts';
import { PROMTOOLS } from './edge-rules.ts';

const run = promisify(execFile);

test('every query of docs/querying.md is valid PromQL', async () => {
  const page = await readFile(join(ROOT, 'docs/querying.md'), 'utf8');
  const blocks = [...page.matchAll(/```promql\n(.*?)```/gs)].map(([, block = '']) => block);
  const queries = blocks.flatMap((block) => block.split('\n\n'));
  expect(queries.length).toBeGreaterThan(5);
  const rules = queries.map((expr, at) => ({ record: `query_${at}`, expr }));
  const path = join(tmpdir(), `musubi-queries-${process.pid}.json`);
  onTestFinished(() => rm(path));
  await writeFile(path, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  for (const promtool of PROMTOOLS)
    expect((await run(promtool, ['check', 'rules', path])).stdout).toContain(
      `SUCCESS: ${queries.length} rules`,
    );
});
