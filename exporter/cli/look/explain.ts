import { displayText } from '@musubi/agent/text/display-text';
import { RECORDED } from '@musubi/contract/recorded-series';
import type { TimeRange } from '../config/range-options.ts';
import { rangeText, timeText } from '../config/time-text.ts';
import { readHistory } from '../joined/history.ts';
import { createEdgeReader } from '../joined/read.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { findRoots } from './find.ts';
import { similarNames } from './similar-names.ts';
import type { SearchTarget } from './target.ts';

const NO_RULES = `no recorded dependencies: load provisioning/prometheus/rules/musubi-edges.yaml as one of its rule_files, and wait two minutes`;

/** Why the range contains no data; undefined if it may contain some. */
export async function explainEmptyRange(
  prometheus: Prometheus,
  range: TimeRange,
  now: number,
): Promise<string | undefined> {
  const history = await readHistory(prometheus, now);
  return emptyRange(prometheus, range, history);
}

function emptyRange(
  { url }: Prometheus,
  range: TimeRange,
  history: TimeRange | undefined,
): string | undefined {
  if (!history) return `Prometheus at ${url}: ${NO_RULES}`;
  const known = `there is data from ${rangeText(history)}`;
  if (range.to < history.from) return `no data for ${rangeText(range)}; ${known}`;
  if (range.from > history.to) return `no data for ${rangeText(range)}; ${known}, and none since`;
  return undefined;
}

/** Why the search found nothing, and similar names. */
export async function explainNotFound(
  prometheus: Prometheus,
  range: TimeRange,
  { target, text, site }: { target: SearchTarget; text: string; site: string | undefined },
  now: number,
): Promise<string> {
  const history = await readHistory(prometheus, now);
  const empty = emptyRange(prometheus, range, history);
  if (empty !== undefined || !history) return empty ?? '';

  const shown = displayText(JSON.stringify(text));
  const ever = await findRoots(
    await createEdgeReader(prometheus, { from: history.from, to: now }),
    target,
    undefined,
  );
  if (!ever) {
    const near = target.kind === 'name' ? similarNames(target.name, await readNames(prometheus)) : [];
    const hint = near.length > 0 ? `; did you mean ${near.map(displayText).join(', ')}?` : '';
    const what = target.kind === 'name' ? 'no service or host named' : 'no dependency of';
    return `${what} ${shown}${hint}`;
  }
  if (site !== undefined && !ever.services.some((root) => root.site === site)) {
    const sites = new Set(
      ever.services.map((root) => (root.site === undefined ? 'no site' : displayText(root.site))),
    );
    return `${shown} is not at site ${displayText(JSON.stringify(site))} (found at: ${[...sites].join(', ')})`;
  }
  const lastSeen = Math.max(...[...ever.first.up, ...ever.first.down].map((seen) => seen.lastSeen));
  return `no dependency of ${shown} was in use from ${rangeText(range)}; it was last seen ${timeText(lastSeen)}`;
}

/** The names of all services and hosts. */
async function readNames(prometheus: Prometheus): Promise<string[]> {
  const names = await Promise.all([
    prometheus.labelValues('src_service', [RECORDED.serviceEdgeLastSeen]),
    prometheus.labelValues('dst_service', [RECORDED.serviceEdgeLastSeen]),
    prometheus.labelValues('src_host', [RECORDED.edgeLastSeen]),
    prometheus.labelValues('dst_host', [RECORDED.edgeLastSeen]),
  ]);
  return names.flat();
}
