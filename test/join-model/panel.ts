/** What the panel of the provisioned dashboard draws, without a browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOverview } from '../../grafana-plugin/src/graph/compare/overview.ts';
import type { GraphNode } from '../../grafana-plugin/src/graph/model/graph.ts';
import type { Table } from '../../grafana-plugin/src/graph/tables/table.ts';
import { interpolate } from '../../grafana-plugin/standalone/src/interpolate.ts';
import { ROOT } from '../harness/places.ts';
import type { Shown } from './bounds.ts';
import type { Range } from './command.ts';
import type { Names } from './truth.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
}

const DASHBOARD = join(ROOT, 'provisioning/grafana/dashboards/service-dependencies.json');
const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
  panels: { type: string; targets: Target[] }[];
};
const targets = panels.find(({ type }) => type === 'musubi-dependencies-panel')?.targets ?? [];

const NOTHING: Shown = { opened: 0, failed: 0, open: 0, lastSeen: 0 };

/** The edges of a range, services of several hosts as one. */
export async function draw(url: string, base: number, [from, to]: Range): Promise<Map<Names, Shown>> {
  const span = { from: (base + from) * 1000, to: (base + to) * 1000 };
  const tables = await Promise.all(
    targets.map(async ({ refId, expr }) =>
      tableOf(refId, await query(url, interpolate(expr, span), base + to)),
    ),
  );
  const { graph } = readOverview(tables);
  const nodes = new Map(graph.nodes.map((node) => [node.key, nameOf(node)]));
  const drawn = new Map<Names, Shown>();
  for (const { source, target, port, figures } of graph.edges) {
    const names = `${nodes.get(source)} > ${nodes.get(target)} ${port}`;
    const { opened, failed, open, lastSeen } = drawn.get(names) ?? NOTHING;
    drawn.set(names, {
      opened: opened + (figures.opened ?? 0),
      failed: failed + (figures.failed ?? 0),
      open: open + (figures.open ?? 0),
      lastSeen: Math.max(lastSeen, (figures.lastSeen ?? base) - base),
    });
  }
  return drawn;
}

const nameOf = ({ service, title, addresses: [address], host, site }: GraphNode) =>
  `${site || '-'} ${service || title || address || host}`;

/** As Grafana makes it of an instant query. */
function tableOf(refId: string, samples: readonly Sample[]): Table {
  if (samples.length === 0) return { refId, columns: [] };
  const labels = [...new Set(samples.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return {
    refId,
    columns: [
      ...labels.map((name) => ({
        name,
        type: 'text' as const,
        values: samples.map(({ metric }) => metric[name] ?? ''),
      })),
      { name: `Value #${refId}`, type: 'number', values: samples.map(({ value: [, text] }) => Number(text)) },
    ],
  };
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [unixSeconds: number, value: string];
}

/** An instant query at the end of the range. */
async function query(url: string, expression: string, time: number): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression, time: `${time}` }),
  });
  const { data, error } = (await response.json()) as {
    data?: { result: readonly Sample[] };
    error?: string;
  };
  if (!data) throw new Error(`${error}: ${expression}`);
  return data.result;
}
