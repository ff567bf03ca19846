/** The memory of the exporter: idle, with many edges, with many sockets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchmarkOptions, type Finding, progress } from './benchmark.ts';
import { startExporter } from './exporter.ts';
import { estimate } from './pairs.ts';
import { withConnections } from './sockets.ts';
import { megabytes } from './usage.ts';

/** Much more often than Prometheus scrapes, to include the garbage of a page. */
const SCRAPE_EVERY = 5;

const CASES = [
  { name: 'idle', connections: 0, destinations: 0, bar: 80 },
  // Both endpoints are on this host: each dependency is exported twice, once per endpoint.
  { name: '10,000 edges', connections: 5000, destinations: 5000, bar: 120 },
  { name: '100,000 sockets', connections: 50_000, destinations: 100, bar: 150 },
] as const;

/** All of them, not only those within the default limit per service. */
const ALL_EDGES = ['--max-edges-per-service', '1000000'];

export async function memory(options: BenchmarkOptions): Promise<Finding> {
  const { capture, quick } = options;
  const seconds = quick ? 6 : 60;
  const rows: string[][] = [];
  const raw: Record<string, unknown> = {};
  let captureInUse = capture;

  for (const { name, connections, destinations, bar } of CASES) {
    const scale = quick ? 0.1 : 1;
    const measure = async () => {
      const exporter = await startExporter(options, ['--netns', 'self', ...ALL_EDGES]);
      captureInUse = exporter.capture;
      try {
        const resident: number[] = [];
        for (let second = 0; second < seconds; second++) {
          if (second % SCRAPE_EVERY === 0) await exporter.scrape();
          await sleep(1000);
          resident.push(megabytes(exporter.pid, 'VmRSS'));
        }
        const { edges, sockets } = await exporter.report();
        return { edges, sockets, resident, peak: megabytes(exporter.pid, 'VmHWM') };
      } finally {
        await exporter.stop();
      }
    };
    const found =
      connections === 0
        ? await measure()
        : await withConnections(connections * scale, destinations * scale, measure);
    raw[name] = found;
    // During the first half the heap grows to its working size.
    const settled = estimate(found.resident.slice(seconds / 2)).median;
    progress(`${name}: ${settled.toFixed(1)} MB, peak ${found.peak.toFixed(1)} MB`);
    rows.push([
      name,
      `${found.sockets}`,
      `${found.edges}`,
      `${settled.toFixed(1)} MB`,
      `≤ ${bar} MB`,
      settled <= bar ? 'met' : 'missed',
      `${found.peak.toFixed(1)} MB`,
    ]);
  }
  const head = ['case', 'sockets', 'edges exported', 'resident (VmRSS)', 'bar', '', 'peak (VmHWM)'];
  return { head, rows, capture: captureInUse, raw };
}
