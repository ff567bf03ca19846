import { helpOption, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { option } from '../config/option.ts';
import { RANGE_OPTIONS, rangeOf, refuseAtAnyTime } from '../config/range-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { oneOf, parseBoolean, parseCount, parseText } from '../config/values.ts';
import { createEdgeReader } from '../joined/read.ts';
import { readClock, settledRange } from '../joined/settled.ts';
import { dotText, mermaidText } from '../look/diagrams.ts';
import { explainNotFound } from '../look/explain.ts';
import { findRoots } from '../look/find.ts';
import { treeRows } from '../look/rows.ts';
import { parseTarget } from '../look/target.ts';
import { readTree, type Tree } from '../look/tree.ts';
import { treeText } from '../look/tree-text.ts';
import { connect } from '../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../prometheus/options.ts';
import type { Command } from './command.ts';

const SUMMARY = 'Shows what depends on a service and what it depends on, in any time range.';

const OPTIONS = {
  search: option({
    value: 'SERVICE|HOST|IP[:PORT]',
    help: 'service, host or address to search for',
    parse: (text) => ({ text, target: parseTarget(text) }),
    operand: true,
  }),
  direction: option({
    value: 'up|down|both',
    help: 'clients (up), servers (down) or both',
    parse: oneOf('up', 'down', 'both'),
    default: 'both',
  }),
  depth: option({ value: 'COUNT', help: 'maximum number of steps', parse: parseCount, default: '2' }),
  ...RANGE_OPTIONS,
  site: option({ value: 'NAME', help: 'restrict the search to this site', parse: parseText }),
  json: jsonOption,
  dot: option({ help: 'print a graph for Graphviz', parse: parseBoolean }),
  mermaid: option({ help: 'print a graph for Mermaid', parse: parseBoolean }),
  ...PROMETHEUS_OPTIONS,
  help: helpOption,
};

export const look: Command = {
  summary: SUMMARY,
  async run(argv, io) {
    const settings = await resolveOptions(OPTIONS, argv, io.env);
    if (settings.help) {
      io.stdout(helpText('musubi look SERVICE|HOST|IP[:PORT] [OPTIONS]', `${SUMMARY}\n${ABOUT}`, OPTIONS));
      return 0;
    }
    const { search, direction, depth, site, json, dot, mermaid } = settings;
    if (!search) throw new UsageError('missing argument SERVICE|HOST|IP[:PORT]');
    if ([json, dot, mermaid].filter(Boolean).length > 1)
      throw new UsageError('--json, --dot and --mermaid are mutually exclusive');
    refuseAtAnyTime((now) => rangeOf(settings, now));

    const prometheus = await connect(settings, io);
    const clock = await readClock(prometheus);
    const { now } = clock;
    const range = settledRange(rangeOf(settings, now), clock);
    const reader = await createEdgeReader(prometheus, range);
    const roots = await findRoots(reader, search.target, site);
    if (!roots) {
      const query = { target: search.target, text: search.text, site };
      throw new Error(await explainNotFound(prometheus, range, query, now));
    }
    const tree = await readTree(reader, roots, direction === 'both' ? ['up', 'down'] : [direction], depth);
    io.stdout(render(tree, search.text, settings));
    return 0;
  },
};

const ABOUT = `It queries a Prometheus with the rules of provisioning/prometheus/rules/musubi-edges.yaml.
Times without a zone are local time (TZ). A connection appears one or two minutes after it was made.`;

function render(
  tree: Tree,
  searched: string,
  as: { json?: boolean | undefined; dot?: boolean | undefined; mermaid?: boolean | undefined },
): string {
  if (as.json) return `${JSON.stringify(treeRows(tree), null, 2)}\n`;
  if (as.dot) return dotText(tree);
  return as.mermaid ? mermaidText(tree) : treeText(tree, searched);
}
