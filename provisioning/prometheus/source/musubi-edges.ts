import { DESTINATION_RULES } from './destinations.ts';
import { EDGE_RULES, HOURLY_RULES } from './edges.ts';
import { HALF_EDGE_RULES } from './half-edges.ts';
import { rulesFile } from './rule.ts';

/** The text of `rules/musubi-edges.yaml`. */
export const musubiEdges = (): string =>
  rulesFile(
    `Joins what the two ends of each dependency report into one edge. docs/querying.md tells what to ask of it.
Made from provisioning/prometheus/source; \`npx vitest run --project unit provisioning -u\` makes it anew.

For Prometheus 2.42 and later. The rules of a group run in order, each on what those before it recorded at the
same time. All runs 1 m behind: by then both ends have reported, and no edge is told by a bare address first and
by its name later. No join can meet two rows of one key, as each table on its "one" side is made to have one.`,
    [
      {
        name: 'musubi-edges',
        interval: '30s',
        rules: [...HALF_EDGE_RULES, ...DESTINATION_RULES, ...EDGE_RULES],
      },
      { name: 'musubi-edges-hourly', interval: '1h', rules: HOURLY_RULES },
    ],
  );
