/** The cost of the exporter on an idle machine. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchmarkOptions, type Finding, progress } from './benchmark.ts';
import { startExporter } from './exporter.ts';
import { cpuSeconds } from './usage.ts';

const BAR = 0.3;

export async function idle(options: BenchmarkOptions): Promise<Finding> {
  const { quick } = options;
  // A scrape at the start of each period, at Prometheus's usual interval.
  const [warmUp, period, periods] = quick ? [2, 2, 3] : [15, 15, 8];
  const exporter = await startExporter(options);
  try {
    await sleep(warmUp * 1000);
    const percents: number[] = [];
    for (let index = 0; index < periods; index++) {
      const [time, seconds] = [performance.now(), cpuSeconds(exporter.pid)];
      await exporter.scrape();
      await sleep(period * 1000);
      percents.push(((cpuSeconds(exporter.pid) - seconds) / ((performance.now() - time) / 1000)) * 100);
      progress(`${period} s: ${percents.at(-1)?.toFixed(2)} % of a core`);
    }
    // The mean, not the median: what the exporter does now and then is part of its cost.
    const mean = percents.reduce((sum, percent) => sum + percent, 0) / periods;
    const range = `${Math.min(...percents).toFixed(2)} to ${Math.max(...percents).toFixed(2)}`;
    const head = ['idle, a scrape every 15 s', 'of one core, mean (of 15 s each)', 'bar', ''];
    const figures = [`${mean.toFixed(2)} % (${range})`, `≤ ${BAR} %`, mean <= BAR ? 'met' : 'missed'];
    const row = [`${period * periods} s`, ...figures];
    return { head, rows: [row], capture: exporter.capture, raw: { period, percents } };
  } finally {
    await exporter.stop();
  }
}
