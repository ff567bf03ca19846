import { setTimeout as sleep } from 'node:timers/promises';
import { MUSUBI, NODE } from '../harness/places.ts';
import { parseSeries } from '../harness/text-page.ts';
import type { BenchmarkOptions } from './benchmark.ts';
import { start } from './child.ts';

/** The exporter's metrics of its last collection cycle. */
export interface CycleReport {
  /** Number of cycles so far. */
  readonly cycles: number;
  /** Sum of all stages. */
  readonly seconds: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly sockets: number;
  readonly edges: number;
}

export interface Exporter {
  readonly pid: number;
  /** The capture in use. */
  readonly capture: string;
  /** Reads the whole page, as Prometheus does. */
  scrape(): Promise<string>;
  report(): Promise<CycleReport>;
  /** Resolves after so many more cycles, with the report of the last. */
  cycles(count: number): Promise<CycleReport>;
  stop(): Promise<void>;
}

const URL = 'http://127.0.0.1:9464/metrics';
const PATIENCE = 120_000;
/** A scrape has a cost, so not more often than necessary. */
const POLL = 100;
/** An agent runs for weeks: its first cycles, before their code is compiled, are not measured. */
const WARM_UP = { full: 5, quick: 2 };

/** Starts the agent as users do, at its default interval, and waits for a few cycles. */
export async function startExporter(
  { capture, quick }: BenchmarkOptions,
  flags: readonly string[] = [],
): Promise<Exporter> {
  const running = start([NODE, MUSUBI, 'agent', '--capture', capture, ...flags], { discard: true });
  const scrape = async () => (await fetch(URL)).text();

  async function report(): Promise<CycleReport> {
    const page = await scrape();
    const value = (metric: string) => parseSeries(page, metric)[0]?.value ?? 0;
    const stages = Object.fromEntries(
      parseSeries(page, 'musubi_stage_duration_seconds').map(({ labels, value }) => [
        labels.stage ?? '',
        value,
      ]),
    );
    return {
      cycles: value('musubi_collection_cycles_total'),
      seconds: Object.values(stages).reduce((sum, seconds) => sum + seconds, 0),
      stages,
      sockets: value('musubi_sockets'),
      edges: value('musubi_edges'),
    };
  }

  /** A scrape is never served during a cycle, so its metrics belong to one cycle. */
  async function untilCycle(count: number): Promise<CycleReport> {
    for (const deadline = performance.now() + PATIENCE; performance.now() < deadline; ) {
      const last = await report().catch(() => undefined);
      if (last && last.cycles >= count) return last;
      await Promise.race([sleep(POLL), running.ended]);
      if (running.child.exitCode !== null) throw new Error('the exporter has ended');
    }
    throw new Error(`no collection cycle of the exporter within ${PATIENCE / 1000} s`);
  }

  try {
    await untilCycle(quick ? WARM_UP.quick : WARM_UP.full);
    const [info] = parseSeries(await scrape(), 'musubi_capture_info');
    return {
      pid: running.pid,
      capture: info?.labels.capture ?? capture,
      scrape,
      report,
      cycles: async (count) => untilCycle((await report()).cycles + count),
      async stop() {
        await running.stop();
        // The kernel's clean-up after a process, such as freeing eBPF programs, must not count for the next run.
        await sleep(200);
      },
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
