/** What the readers show of a range. */
import type { ServiceEdge } from '../../exporter/cli/joined/edge.ts';
import { readUsed } from '../../exporter/cli/look/compare.ts';
import { createPrometheus, type Prometheus } from '../../exporter/cli/prometheus/client.ts';
import type { Names } from './truth.ts';

export function openClient(url: string): Prometheus {
  return createPrometheus(
    { url, headers: {}, tls: {}, timeout: 60_000 },
    { warn: () => {}, stop: new AbortController().signal },
  );
}

const endOf = ({ name, site }: ServiceEdge['src']) => `${site ?? '-'} ${name}`;
const namesOfEdge = ({ src, dst, port }: ServiceEdge): Names => `${endOf(src)} > ${endOf(dst)} ${port}`;

/** The connections that `look` and `diff` count, by names. Unix seconds. */
export async function countsOf(prometheus: Prometheus, range: { from: number; to: number }) {
  const used = await readUsed(prometheus, range);
  return new Map([...used.values()].map(({ edge, counts }) => [namesOfEdge(edge), counts.opened]));
}
