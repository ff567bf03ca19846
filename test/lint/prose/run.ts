/**
 * `npm run lint:prose [-- PATH…]`: checks the words of all files that git tracks, or of those below the paths.
 * `-- --count` prints how often each finding occurs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLinter, type Finding } from './lint.ts';

/** Generated and recorded files, other languages, and the pages of the vocabulary itself. */
const SKIPPED =
  /^(LICENSE|package-lock\.json|docs\/glossary\.md)$|^test\/(fixtures\/.*\/|lint\/prose\/)|\/locales\/(?!en-US)|package-lock\.json$/;
const TEXT = /\.(md|tsx?|mjs|c|h|json|ya?ml|html|service)$|(^|\/)(Dockerfile|\.ci\/run|\.npmrc|\.gitignore)$/;

const { values, positionals } = parseArgs({
  options: { count: { type: 'boolean' } },
  allowPositionals: true,
});
const paths = execFileSync('git', ['ls-files', '--', ...positionals], { encoding: 'utf8' })
  .trim()
  .split('\n');
const linter = createLinter();
const findings: Finding[] = [];
for (const path of paths)
  if (TEXT.test(path) && !SKIPPED.test(path))
    findings.push(...(await linter.lint(path, readFileSync(path, 'utf8'))));

if (values.count) printCounts();
else
  for (const { path, line, column, message } of findings)
    console.log(`${path}:${line}:${column}: ${message}`);
// Part of the tree does not use all of the allow-list.
const unused = positionals.length > 0 ? [] : linter.unused();
for (const { phrase } of unused)
  console.log(`test/lint/prose/allowed.ts: ${phrase} matches no word any more: remove it`);
console.log(
  `${findings.length} findings in ${new Set(findings.map(({ path }) => path)).size} of ${paths.length} files`,
);
process.exitCode = findings.length + unused.length > 0 ? 1 : 0;

function printCounts(): void {
  const counts = new Map<string, number>();
  for (const { message } of findings)
    counts.set(message.toLowerCase(), (counts.get(message.toLowerCase()) ?? 0) + 1);
  for (const [message, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`${count}\t${message}`);
}
