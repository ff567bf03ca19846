import { setTimeout as sleep } from 'node:timers/promises';
import { MUSUBI, NODE } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import type { BenchmarkOptions } from './benchmark.ts';
import { start } from './child.ts';

/** What the exporter tells about its last pass. */
export interface PassReport {
  /** How many there have been. */
  readonly passes: number;
  /** Of all stages together. */
  readonly seconds: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly sockets: number;
  readonly edges: number;
}

export interface Exporter {
  readonly pid: number;
  /** The capture in use. */
  readonly capture: string;
  /** Gets the whole page, as Prometheus does. */
  scrape(): Promise<string>;
  report(): Promise<PassReport>;
  /** Resolves when so many more passes have been, with the report of the last. */
  passes(count: number): Promise<PassReport>;
  stop(): Promise<void>;
}

const URL = 'http://127.0.0.1:9464/metrics';
const PATIENCE = 120_000;
/** A scrape costs the exporter something: often enough, and no more. */
const POLL = 100;
/** An agent runs for weeks: what its first passes cost, before the code they run is compiled, is not measured. */
const WARM_UP = { full: 5, quick: 2 };

/** Starts the agent as users do, at its default interval, and waits until it has looked a few times. */
export async function startExporter(
  { capture, quick }: BenchmarkOptions,
  flags: readonly string[] = [],
): Promise<Exporter> {
  const running = start([NODE, MUSUBI, 'agent', '--capture', capture, ...flags], { discard: true });
  const scrape = async () => (await fetch(URL)).text();

  async function report(): Promise<PassReport> {
    const page = await scrape();
    const value = (metric: string) => parseSeries(page, metric)[0]?.value ?? 0;
    const stages = Object.fromEntries(
      parseSeries(page, 'musubi_stage_duration_seconds').map(({ labels, value }) => [
        labels.stage ?? '',
        value,
      ]),
    );
    return {
      passes: value('musubi_collection_cycles_total'),
      seconds: Object.values(stages).reduce((sum, seconds) => sum + seconds, 0),
      stages,
      sockets: value('musubi_sockets'),
      edges: value('musubi_edges'),
    };
  }

  /** A scrape is never answered in the middle of a pass, so what it tells is of one pass. */
  async function untilPass(count: number): Promise<PassReport> {
    for (const deadline = performance.now() + PATIENCE; performance.now() < deadline; ) {
      const last = await report().catch(() => undefined);
      if (last && last.passes >= count) return last;
      await Promise.race([sleep(POLL), running.ended]);
      if (running.child.exitCode !== null) throw new Error('the exporter has ended');
    }
    throw new Error(`no pass of the exporter within ${PATIENCE / 1000} s`);
  }

  try {
    await untilPass(quick ? WARM_UP.quick : WARM_UP.full);
    const [info] = parseSeries(await scrape(), 'musubi_capture_info');
    return {
      pid: running.pid,
      capture: info?.labels.capture ?? capture,
      scrape,
      report,
      passes: async (count) => untilPass((await report()).passes + count),
      async stop() {
        await running.stop();
        // What the kernel tears down after a process, such as eBPF programs, is not the next run's.
        await sleep(200);
      },
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
