/**
 * Runs one benchmark in a network namespace of its own, in which `run.ts` has started this process, and writes the
 * result to standard output as JSON. The namespace and its settings end with the process.
 */
import { writeFileSync } from 'node:fs';
import { BENCHMARKS } from './all.ts';
import type { BenchmarkOptions } from './benchmark.ts';
import { run } from './child.ts';
import { programPath } from './programs.ts';

const [name = '', options = '{}'] = process.argv.slice(2);
const benchmark = BENCHMARKS[name];
if (!benchmark) throw new Error(`no such benchmark: ${name}`);

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  await run([programPath('ip'), 'link', 'set', 'lo', 'up']);
  // A connection per request leaves a port in TIME_WAIT for a minute: provide enough ports, reusable after a second.
  writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '10000 65535');
  writeFileSync('/proc/sys/net/ipv4/tcp_tw_reuse', '1');
  const finding = await benchmark.measure(JSON.parse(options) as BenchmarkOptions);
  writeFileSync(1, JSON.stringify(finding));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
