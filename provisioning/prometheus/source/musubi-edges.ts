import { COUNT_RULES } from './counts.ts';
import { DESTINATION_RULES } from './destinations.ts';
import { EDGE_RULES, HOURLY_RULES, SERVICE_EDGE_RULES } from './edges.ts';
import { HALF_EDGE_RULES } from './half-edges.ts';
import { HOST_RULES } from './hosts.ts';
import { GENERATED, rulesFile } from './rule.ts';
import { SOURCE_RULES } from './sources.ts';

/** The text of `rules/musubi-edges.yaml`. */
export const musubiEdges = (): string =>
  rulesFile(
    `Joins the half-edges that both hosts of a dependency report into one edge. docs/querying.md explains how to query them.
${GENERATED}

For Prometheus 2.42 and later. The rules of a group run in order, each on the results of those before it in the same
evaluation. All are evaluated 1 m in the past: by then both hosts have usually reported. What one of them still has to
report waits for it. No join can fail with several matches for a key: every "one" side is aggregated to
one row per key.`,
    [
      {
        name: 'musubi-edges',
        interval: '30s',
        rules: [
          ...HALF_EDGE_RULES,
          ...HOST_RULES,
          ...DESTINATION_RULES,
          ...SOURCE_RULES,
          ...EDGE_RULES,
          ...COUNT_RULES,
          ...SERVICE_EDGE_RULES,
        ],
      },
      { name: 'musubi-edges-hourly', interval: '1h', rules: HOURLY_RULES },
    ],
  );
