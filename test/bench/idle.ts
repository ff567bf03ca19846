/** What the exporter costs a machine on which nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchmarkOptions, type Finding, tell } from './benchmark.ts';
import { startExporter } from './exporter.ts';
import { cpuSeconds } from './usage.ts';

const BAR = 0.3;

export async function idle(options: BenchmarkOptions): Promise<Finding> {
  const { quick } = options;
  // A scrape at the beginning of each period, as often as Prometheus asks where nothing else is said.
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
      tell(`${period} s: ${percents.at(-1)?.toFixed(2)} % of a core`);
    }
    // The mean and no median: what the exporter does now and then is part of what it costs.
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
