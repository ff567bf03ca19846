import { displayText } from '@musubi/agent/text/display-text';
import type { ProcessEndpoint, ProcessPair, Service, ServiceEdge } from '../joined/edge.ts';
import type { Counts } from '../joined/read.ts';

/** `api`, `api (fra)`: with the site, if known. */
export function serviceText({ name, site }: Service): string {
  return displayText(site === undefined ? name : `${name} (${site})`);
}

/** `5432/tcp`, `unix`. */
export function portText({ port, transport }: ServiceEdge): string {
  return displayText(port === undefined ? transport : `${port}/${transport}`);
}

/** `1 open, 12 opened, 3 failed (2 refused, 1 timeout)` */
export function countsText({ open, opened, failed }: Counts): string {
  const text = [`${figure(open)} open`, `${figure(opened)} opened`];
  const reasons = Object.entries(failed)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${figure(count)} ${displayText(reason.replaceAll('_', ' '))}`);
  if (reasons.length > 0) text.push(`${figure(failures({ failed }))} failed (${reasons.join(', ')})`);
  return text.join(', ');
}

export function failures({ failed }: Pick<Counts, 'failed'>): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,204` */
export function figure(count: number): string {
  return NUMBER.format(count);
}

/** `node (pid 411) on web-1 at 10.0.0.7 ─▶ postgres (pid 30) on db-1 at 10.0.0.9` */
export function pairText({ src, dst }: ProcessPair): string {
  return `${endpointText(src)} ─▶ ${endpointText(dst)}`;
}

function endpointText({ process, pid, host, address }: ProcessEndpoint): string {
  const text = [
    process !== undefined &&
      (pid === undefined ? process : `${process} (${pid === 'many' ? 'many pids' : `pid ${pid}`})`),
    host !== undefined && (process === undefined ? host : `on ${host}`),
    address !== undefined && (process === undefined && host === undefined ? address : `at ${address}`),
  ].filter((part) => part !== false);
  return text.length > 0 ? displayText(text.join(' ')) : '(unknown)';
}

/** `2026-11-23 10:00:00` in local time. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (part: number) => `${part}`.padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** `2026-11-23 09:00:00 to 2026-11-23 10:00:00, Europe/Berlin` */
export function rangeText({ from, to }: { from: number; to: number }): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${timeText(from)} to ${timeText(to)}, ${zone}`;
}
