import { Document, Scalar, type YAMLMap } from 'yaml';

/** A recording rule. */
export interface Rule {
  /** Comment above the rule in the file. */
  readonly comment?: string;
  readonly record: string;
  readonly expr: string;
  /** Labels added to all its series. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (Rule | AlertingRule)[];
}

/** A Prometheus rule file, with a comment at its top. */
export function rulesFile(about: string, groups: readonly Group[]): string {
  const document = new Document({});
  document.commentBefore = commentText(about);
  const nodes = groups.map(({ name, interval, rules }) => ({
    name,
    interval,
    rules: spacedOut(rules.map((rule) => ruleNode(document, rule))),
  }));
  document.set('groups', spacedOut(nodes.map((group) => document.createNode(group))));
  return document.toString({ lineWidth: 0 });
}

function ruleNode(document: Document, rule: Rule | AlertingRule): YAMLMap {
  const expr = new Scalar(`${rule.expr}\n`);
  expr.type = Scalar.BLOCK_LITERAL;
  if ('alert' in rule) return document.createNode({ ...rule, expr });
  const { comment, record, labels } = rule;
  const flow = labels && document.createNode(labels, { flow: true });
  const node = document.createNode({ record, ...(flow && { labels: flow }), expr });
  if (comment) node.commentBefore = commentText(comment);
  return node;
}

/** Nodes with an empty line between them. */
function spacedOut(nodes: YAMLMap[]): YAMLMap[] {
  for (const node of nodes.slice(1)) node.spaceBefore = true;
  return nodes;
}

/** With a space after each `#`. */
const commentText = (text: string): string => text.replaceAll(/^/gm, ' ');

/** For the comment at the top of a file. */
export const GENERATED =
  'Generated from provisioning/prometheus/source by `npx vitest run --project unit provisioning -u`.';
