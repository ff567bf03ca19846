import type { TimeRange } from '../config/range-options.ts';
import { type Explain, foldExplained, readExplanations } from '../joined/bare-addresses.ts';
import type { ServiceEdge } from '../joined/edge.ts';
import { createEdgeReader, type EdgeReader } from '../joined/read.ts';
import { readSilence } from '../joined/silence.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { compare, mergeUsed, type UsedEdge } from './compare.ts';
import { serviceText } from './edge-text.ts';
import { matchersOf } from './find.ts';
import { withUnnamed } from './tree.ts';
import { type CertainDifferences, type Evidence, separateUncertain } from './uncertain.ts';

type Used = ReadonlyMap<string, UsedEdge>;

interface Compared {
  readonly differences: CertainDifferences;
  readonly silence: Evidence['silence'];
  /** `10.0.0.7 (orders)`: addresses under which edges of a service were recorded. */
  readonly folded: readonly string[];
}

interface Options {
  readonly factor: number;
  readonly ratio: number;
  /** The current and the previous range. */
  readonly range: TimeRange;
  readonly against: TimeRange;
}

/** Compares what was used in two ranges, under the names that addresses had, and without what is not known of either. */
export async function compareRanges(
  prometheus: Prometheus,
  before: Used,
  after: Used,
  { range, against, ...options }: Options,
): Promise<Compared> {
  const both = { from: Math.min(range.from, against.from), to: Math.max(range.to, against.to) };
  const reader = await createEdgeReader(prometheus, both);
  const edges = [...before.values(), ...after.values()].map(({ edge }) => edge);
  const [explain, silentBefore, silentAfter] = await Promise.all([
    readExplanations(reader, edges),
    readSilence(prometheus, against),
    readSilence(prometheus, range),
  ]);
  const silence = { before: silentBefore, after: silentAfter };
  const fold = (used: Used) => foldExplained(used.values(), explain, mergeUsed);
  const differences = compare(fold(before), fold(after), options);
  const hosts = await readHosts(reader, [...differences.appeared, ...differences.vanished]);
  return {
    differences: separateUncertain(differences, { silence, hosts, explain }),
    silence,
    folded: foldedNames(edges, explain),
  };
}

/** The hosts of the endpoints of each edge, by `edgeKey`. */
async function readHosts(reader: EdgeReader, used: readonly UsedEdge[]): Promise<Evidence['hosts']> {
  const matchers = matchersOf(used);
  if (!matchers) return new Map();
  const found = await reader.processes(withUnnamed(matchers));
  return new Map(
    [...found].map(([key, { pairs = [] }]) => {
      const hosts = pairs.flatMap(({ src, dst }) => [src.host, dst.host]);
      return [key, new Set(hosts.filter((host) => host !== undefined))];
    }),
  );
}

function foldedNames(edges: readonly ServiceEdge[], explain: Explain): string[] {
  const names = edges.flatMap((edge) => {
    const explanation = explain(edge);
    if (explanation?.kind !== 'service') return [];
    return (['src', 'dst'] as const)
      .filter((end) => explanation.edge[end].name !== edge[end].name)
      .map((end) => `${serviceText(edge[end])} (${serviceText(explanation.edge[end])})`);
  });
  return [...new Set(names)].sort();
}
