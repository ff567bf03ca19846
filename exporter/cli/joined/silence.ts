import { displayText } from '@musubi/agent/text/display-text';
import { RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import type { Prometheus } from '../prometheus/client.ts';

/** Seconds for which each host did not report within a range, if it was known before and missed more than one evaluation. */
export type Silence = ReadonlyMap<string, number>;

/** Seconds between evaluations. */
const STEP = 30;
/** A longer range is read in longer steps. */
const MOST_STEPS = 2000;

/** Reads which hosts' exporters were silent: what they did not report is not absent. */
export async function readSilence(prometheus: Prometheus, { from, to }: TimeRange): Promise<Silence> {
  const step = Math.max(STEP, Math.ceil((to - from) / MOST_STEPS));
  // An evaluation may be late: each step looks back over two. A subquery includes the start of its range or not.
  const recent = `group by (host) (last_over_time(${RECORDED.exporterCycles}[${Math.max(2 * STEP, step)}s]))`;
  const steps = Math.max(1, Math.floor((to - from) / step));
  const reports = `count_over_time((${recent})[${steps * step}s:${step}s])`;
  const [known, reported] = await Promise.all([
    prometheus.query(`group by (host) (${RECORDED.hostLastReport})`, from),
    prometheus.query(reports, to),
  ]);
  const counts = new Map(reported.map(({ labels, value }) => [labels.host ?? '', value]));
  return new Map(
    known
      .map(({ labels: { host = '' } }) => [host, steps - (counts.get(host) ?? 0)] as const)
      .filter(([, missed]) => missed > 0)
      .map(([host, missed]) => [host, (missed + 1) * step] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** `h1 (5m), h2 (1h 10m)` */
export const silenceText = (silence: Silence): string =>
  [...silence].map(([host, seconds]) => `${displayText(host)} (${durationText(seconds)})`).join(', ');

function durationText(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && `${hours}h`, (rest > 0 || hours === 0) && `${rest}m`].filter(Boolean).join(' ');
}
