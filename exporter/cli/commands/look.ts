import { helpOption, jsonOption } from '../config/agent-options.ts';
import { helpText } from '../config/help-text.ts';
import { option } from '../config/option.ts';
import { RANGE_OPTIONS, rangeOf } from '../config/range-options.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { oneOf, parseBoolean, parseCount, parseText } from '../config/values.ts';
import { createEdgeReader } from '../joined/read.ts';
import { dotText, mermaidText } from '../look/diagrams.ts';
import { explainNotFound } from '../look/explain.ts';
import { findStart } from '../look/find.ts';
import { treeRows } from '../look/rows.ts';
import { parseTarget } from '../look/target.ts';
import { readTree, type Tree } from '../look/tree.ts';
import { treeText } from '../look/tree-text.ts';
import { connect } from '../prometheus/connect.ts';
import { PROMETHEUS_OPTIONS } from '../prometheus/options.ts';
import type { Command } from './command.ts';

const SUMMARY = 'Shows what depends on a service and what it depends on, in any range of time.';

const OPTIONS = {
  asked: option({
    value: 'SERVICE|HOST|IP[:PORT]',
    help: 'whose dependencies',
    parse: (text) => ({ text, target: parseTarget(text) }),
    operand: true,
  }),
  direction: option({
    value: 'up|down|both',
    help: 'what depends on it (up), or what it depends on (down)',
    parse: oneOf('up', 'down', 'both'),
    default: 'both',
  }),
  depth: option({ value: 'COUNT', help: 'how many steps away', parse: parseCount, default: '2' }),
  ...RANGE_OPTIONS,
  site: option({ value: 'NAME', help: 'only those of it that are at this site', parse: parseText }),
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
    const { asked, direction, depth, site, json, dot, mermaid } = settings;
    if (!asked) throw new UsageError('whose dependencies? There is: musubi look SERVICE|HOST|IP[:PORT]');
    if ([json, dot, mermaid].filter(Boolean).length > 1)
      throw new UsageError('--json, --dot and --mermaid exclude each other');
    const now = Date.now() / 1000;
    const range = rangeOf(settings, now);

    const prometheus = await connect(settings, io);
    const reader = await createEdgeReader(prometheus, range);
    const start = await findStart(reader, asked.target, site);
    if (!start) {
      const question = { target: asked.target, asked: asked.text, site };
      throw new Error(await explainNotFound(prometheus, range, question, now));
    }
    const tree = await readTree(reader, start, direction === 'both' ? ['up', 'down'] : [direction], depth);
    io.stdout(printed(tree, asked.text, settings));
    return 0;
  },
};

const ABOUT = `It asks a Prometheus that has the rules of provisioning/prometheus/rules/musubi-edges.yaml.
Times without a zone are local time (TZ). A connection is told a minute or two after it was made.`;

function printed(
  tree: Tree,
  asked: string,
  as: { json?: boolean | undefined; dot?: boolean | undefined; mermaid?: boolean | undefined },
): string {
  if (as.json) return `${JSON.stringify(treeRows(tree), null, 2)}\n`;
  if (as.dot) return dotText(tree);
  return as.mermaid ? mermaidText(tree) : treeText(tree, asked);
}
