import { fileName, filePath, processName } from '../proc/process-name.ts';
import { escapeBytes } from '../text/escape-bytes.ts';
import type { ProcessFacts } from './facts.ts';
import { type ForwarderTarget, parseForwarderTarget } from './forwarder-target.ts';
import type { PatternKey, Rule } from './rules.ts';
import { fillTemplate, type Values } from './template.ts';

/** The result of the rule that matches a process. */
export interface RuleResult {
  readonly service: string;
  readonly site?: string;
  readonly forwardsTo?: ForwarderTarget;
  /** The number of the rule, from 1. */
  readonly rule: number;
}

/**
 * Only the start of a longer command line is matched: matching can take time quadratic in its length, and any user can
 * start a process.
 */
const MAX_COMMAND = 2048;

/** Applies the first rule that matches and yields a name; undefined if none does. */
export function applyRules(rules: readonly Rule[], facts: ProcessFacts): RuleResult | undefined {
  for (const [at, rule] of rules.entries()) {
    const values = match(rule, facts);
    const service = values && fillTemplate(rule.service, values)?.trim();
    if (!service) continue;
    const site = rule.site && fillTemplate(rule.site, values)?.trim();
    const forwardsTo = parseForwarderTarget((rule.relay && fillTemplate(rule.relay, values)?.trim()) ?? '');
    return { service, ...(site && { site }), ...(forwardsTo && { forwardsTo }), rule: at + 1 };
  }
  return undefined;
}

/** The values for the templates of a rule that matches; undefined if it does not match. */
function match({ patterns, port }: Rule, facts: ProcessFacts): Values | undefined {
  if (port !== undefined && !facts.ports.includes(port)) return undefined;
  const groups = new Map<string, string>();
  for (const { key, pattern } of patterns) {
    const found = subjects(key, facts)
      .map((text) => pattern.exec(text))
      .find((result) => result !== null);
    if (!found) return undefined;
    for (const [number, text] of found.entries()) if (number > 0) groups.set(`${number}`, text ?? '');
    for (const [name, text] of Object.entries(found.groups ?? {})) groups.set(name, text ?? '');
  }
  return (name) => groups.get(name) ?? factValue(name, facts, port);
}

/** The texts of which at least one must match; empty if the fact is unknown. */
function subjects(key: PatternKey, facts: ProcessFacts): string[] {
  if (key === 'executable') {
    const path = facts.files.executable && escapeBytes(filePath(facts.files.executable));
    return [...(path === undefined ? [] : [path]), executableName(facts)];
  }
  if (key === 'command') return [commandOf(facts)];
  const text = factValue(key, facts, undefined);
  return text === undefined ? [] : [text];
}

/** The values that a template can use besides groups. */
function factValue(name: string, facts: ProcessFacts, port: number | undefined): string | undefined {
  switch (name) {
    case 'executable':
      return executableName(facts);
    case 'process':
      return processName(facts.files);
    case 'unit':
      return facts.unit;
    case 'container':
      return facts.workload ? facts.workload.container : facts.machine;
    case 'user':
      return facts.user;
    case 'port':
      return (port ?? facts.ports[0])?.toString();
    default:
      return undefined;
  }
}

function executableName({ files }: ProcessFacts): string {
  return files.executable ? escapeBytes(fileName(files.executable)) : processName(files);
}

function commandOf({ files }: ProcessFacts): string {
  return files.args.map(escapeBytes).join(' ').slice(0, MAX_COMMAND);
}
