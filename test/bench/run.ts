/**
 * `npm run bench`: measures the cost of the exporter and the panel, prints tables and writes them to
 * `docs/performance.md`. Each benchmark runs in a network namespace of its own.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NODE, ROOT } from '../harness/places.ts';
import { BENCHMARKS, COMMON_PROGRAMS } from './all.ts';
import type { BenchmarkOptions, Finding } from './benchmark.ts';
import { commitOf, describeMachine } from './machine.ts';
import { putBetween, table } from './markdown.ts';
import { howToInstall, programPath } from './programs.ts';
import { STATE } from './state.ts';

const PAGE = join(ROOT, 'docs/performance.md');

const HELP = `npm run bench -- [${Object.keys(BENCHMARKS).join('] [')}] [OPTIONS]

Measures all of it, or only what is named.

  --capture NAME   the agent's --capture (default: auto)
  --quick          few and short runs, to see that it works; leaves docs/performance.md alone
  --help           this text
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      capture: { type: 'string', default: 'auto' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = positionals.find((name) => !BENCHMARKS[name]);
  if (unknown !== undefined) throw new Error(`unknown benchmark ${unknown}\n\n${HELP}`);
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
  if (process.getuid?.() !== 0) throw new Error('requires root, to create network namespaces');
  const entries = names.flatMap((name) => BENCHMARKS[name] ?? []);
  const troubles = [
    howToInstall([...COMMON_PROGRAMS, ...entries.flatMap(({ programs }) => programs)]),
    ...entries.map(({ trouble }) => trouble?.()),
  ].filter((trouble) => trouble !== undefined);
  if (troubles.length > 0) throw new Error(troubles.join('\n'));

  const { capture, quick } = values;
  const findings: Record<string, Finding> = {};
  const file = join(STATE, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  let failed = 0;
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    try {
      const finding = await measure(name, { capture, quick });
      findings[name] = finding;
      keep(file, { quick, findings });
      const text = table(finding.head, finding.rows);
      process.stdout.write(`\n${text}\n\n`);
      if (!quick) putBetween(PAGE, name, `${text}\n\n${provenance(finding)}`);
    } catch (error) {
      // The results of the others are worth having.
      process.stderr.write(`bench: ${(error as Error).message}\n`);
      failed++;
    }
  }
  process.stderr.write(`every single figure: ${file}\n`);
  return failed > 0 ? 1 : 0;
}

/** Runs a benchmark in a new network namespace. */
function measure(name: string, options: BenchmarkOptions): Promise<Finding> {
  const inside = join(import.meta.dirname, 'inside.ts');
  const command = ['--net', '--', NODE, inside, name, JSON.stringify(options)];
  const child = spawn(programPath('unshare'), command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`the benchmark ${name} ended with ${signal ?? code}`));
    });
  });
}

function provenance({ capture }: Finding): string {
  const day = new Date().toISOString().slice(0, 10);
  const commit = commitOf(ROOT);
  const origin = [capture && `capture \`${capture}\``, commit && `commit ${commit}`, day]
    .filter(Boolean)
    .join(', ');
  return `${origin.charAt(0).toUpperCase()}${origin.slice(1)}. ${describeMachine()}.`;
}

function keep(file: string, figures: object): void {
  mkdirSync(STATE, { recursive: true });
  const origin = { machine: describeMachine(), commit: commitOf(ROOT) };
  writeFileSync(file, JSON.stringify({ ...origin, ...figures }, null, 1));
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
