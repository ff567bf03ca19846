import { displayText } from '@musubi/agent/text/display-text';
import { portName } from '@musubi/contract/port';
import type { ProcessEndpoint, ProcessPair, Service, ServiceEdge } from '../joined/edge.ts';
import { failureTexts } from '../joined/failures.ts';
import type { Counts } from '../joined/read.ts';

/** `api`, `api (fra)`: with the site, if known. */
export function serviceText({ name, site }: Service): string {
  return displayText(site === undefined ? name : `${name} (${site})`);
}

/** `5432/tcp`, `many ports/tcp`, `unix`. */
export function portText({ port, transport }: ServiceEdge): string {
  return displayText(port === undefined ? transport : `${portName(port)}/${transport}`);
}

/** `1 open, 12 opened, 3 failed (2 refused, 1 timeout)` */
export function countsText({ open, opened, failed }: Counts): string {
  return [`${figure(open)} open`, `${figure(opened)} opened`, ...failureTexts(failed, figure)].join(', ');
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
