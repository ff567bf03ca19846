/** The time of `musubi look` and `musubi diff` for a large estate, from fork to exit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE, toolPath } from '../harness/places.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type BenchmarkOptions, type Finding, progress, verdict, withInterval } from './benchmark.ts';
import { run, start } from './child.ts';
import { estimate } from './pairs.ts';
import { END, recordedEstate } from './recorded-estate.ts';

const HOUR = 3600;
const SERVICE = 'service-250';
/** Deep enough to reach every service of the estate. */
const EVERYWHERE = '200';
const RANGES = [
  { title: '24 h', seconds: 24 * HOUR, bar: 2 },
  { title: '30 days', seconds: 720 * HOUR, bar: 10 },
];

export async function look({ quick }: BenchmarkOptions): Promise<Finding> {
  // What has a bar is measured often enough for a verdict.
  const [roundsOfBars, roundsOfOthers] = quick ? [2, 1] : [9, 3];
  const prometheus = await startPrometheus(await recordedEstate());
  const rows: string[][] = [];
  const raw: Record<string, readonly number[]> = {};
  try {
    for (const { title, seconds, bar } of RANGES) {
      const range = ['--from', `${END - seconds}`, '--to', `${END}`];
      const commands = [
        { title: '`look --depth 3`', argv: ['look', SERVICE, '--depth', '3'], bar },
        { title: '`look` for the whole estate', argv: ['look', SERVICE, '--depth', EVERYWHERE] },
        { title: '`diff --against 1h`', argv: ['diff', '--against', '1h'] },
      ];
      for (const { title: command, argv, bar } of commands) {
        const times: number[] = [];
        let found = 0;
        for (let round = 0; round < (bar === undefined ? roundsOfOthers : roundsOfBars); round++) {
          const begin = performance.now();
          const output = await run([
            NODE,
            MUSUBI,
            ...argv,
            ...range,
            '--json',
            '--prometheus-url',
            prometheus.url,
          ]);
          times.push((performance.now() - begin) / 1000);
          found = JSON.parse(output).edges?.length ?? 0;
          progress(`${command} over ${title}: ${times.at(-1)?.toFixed(2)} s, ${found} dependencies`);
        }
        const time = estimate(times);
        raw[`${command} over ${title}`] = times;
        rows.push([
          command,
          title,
          found === 0 ? '–' : found.toLocaleString('en'),
          withInterval(time, 2, 's'),
          bar === undefined ? '–' : `< ${bar} s`,
          bar === undefined ? '' : verdict(time, bar),
        ]);
      }
    }
  } finally {
    await prometheus.stop();
  }
  return { head: ['command', 'range', 'dependencies found', 'wall time', 'bar', ''], rows, raw };
}

async function startPrometheus(data: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-bench-'));
  writeFileSync(join(folder, 'prometheus.yml'), '');
  const port = await freePort();
  const server = start([
    toolPath('prometheus'),
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=10y',
    // No compaction of blocks, which would use the machine during the measurement.
    '--storage.tsdb.min-block-duration=24h',
    '--storage.tsdb.max-block-duration=24h',
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined),
    'Prometheus to be ready',
  );
  return {
    url,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
