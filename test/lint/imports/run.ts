/** `npm run lint:imports`: checks the directions of imports. `-- --map` also prints the map of imports. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkImports } from './check.ts';
import { importMap } from './map.ts';
import { EXCEPTIONS, PACKAGES } from './packages.ts';

const { values } = parseArgs({ options: { map: { type: 'boolean' } } });
const paths = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs'], { encoding: 'utf8' })
  .trim()
  .split('\n');
const files = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
const report = checkImports(files, PACKAGES, EXCEPTIONS);
if (values.map) console.log(`${importMap(PACKAGES, report)}\n`);
for (const finding of report.findings) console.log(finding);
const known = EXCEPTIONS.length > 0 ? `, ${EXCEPTIONS.length} known exceptions` : '';
console.log(`${report.findings.length} findings in ${files.size} files${known}`);
process.exitCode = report.findings.length > 0 ? 1 : 0;
