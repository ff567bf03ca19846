/** What the exporter costs a machine on which nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchmarkOptions, type Finding, tell, verdict, withInterval } from './benchmark.ts';
import { startExporter } from './exporter.ts';
import { estimate } from './pairs.ts';
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
    const found = estimate(percents);
    const head = ['idle, a scrape every 15 s', 'of one core', 'bar', ''];
    const row = [`${period * periods} s`, withInterval(found, 2, '%'), `≤ ${BAR} %`, verdict(found, BAR)];
    return { head, rows: [row], capture: exporter.capture, raw: { period, percents } };
  } finally {
    await exporter.stop();
  }
}
