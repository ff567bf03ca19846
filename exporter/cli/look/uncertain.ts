import { displayText } from '@musubi/agent/text/display-text';
import type { Explain } from '../joined/bare-addresses.ts';
import { edgeKey } from '../joined/edge.ts';
import { type Silence, silenceText } from '../joined/silence.ts';
import type { Differences, UsedEdge } from './compare.ts';

/** A dependency that only one of the ranges has, for a reason other than its absence from the other one. */
interface UncertainEdge {
  readonly used: UsedEdge;
  readonly reason: string;
}

export interface CertainDifferences extends Differences {
  readonly uncertain: readonly UncertainEdge[];
}

export interface Evidence {
  /** In the previous and in the current range. */
  readonly silence: { readonly before: Silence; readonly after: Silence };
  /** The hosts with an exporter at the endpoints of each edge, by `edgeKey`. */
  readonly hosts: ReadonlyMap<string, ReadonlySet<string>>;
  readonly explain: Explain;
}

/**
 * Separates what is not known: an edge is absent from a range only if a host of one of its endpoints reported all the time;
 * and an address of a known host may belong to any of its services.
 */
export function separateUncertain(
  differences: Differences,
  { silence, hosts, explain }: Evidence,
): CertainDifferences {
  const reasonOf = ({ edge }: UsedEdge, silent: Silence): string | undefined => {
    const of = [...(hosts.get(edgeKey(edge)) ?? [])];
    if (of.length > 0 && of.every((host) => silent.has(host))) {
      const text = silenceText(new Map(of.map((host) => [host, silent.get(host) ?? 0])));
      return `no report from ${text}`;
    }
    const explanation = explain(edge);
    return explanation?.kind === 'host' ? `an address of ${displayText(explanation.host)}` : undefined;
  };
  const split = (edges: readonly UsedEdge[], silent: Silence) =>
    Map.groupBy(edges, (used) => reasonOf(used, silent));
  const [appeared, vanished] = [
    split(differences.appeared, silence.before),
    split(differences.vanished, silence.after),
  ];
  const uncertain = [...appeared, ...vanished].flatMap(([reason, edges]) =>
    reason === undefined ? [] : edges.map((used) => ({ used, reason })),
  );
  return {
    appeared: appeared.get(undefined) ?? [],
    vanished: vanished.get(undefined) ?? [],
    changed: differences.changed,
    uncertain,
  };
}
