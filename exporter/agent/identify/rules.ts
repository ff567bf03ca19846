import { parseForwarderTarget } from './forwarder-target.ts';
import { namesOf, parseTemplate, type Template } from './template.ts';

/** The facts that a pattern can match. */
const PATTERN_KEYS = ['executable', 'command', 'unit', 'container', 'user'] as const;

export type PatternKey = (typeof PATTERN_KEYS)[number];

/** The values that a template can use besides groups. */
const FACTS = ['executable', 'process', 'unit', 'container', 'user', 'port'];

/** One of the user's rules: a process that satisfies all conditions is named `service`. */
export interface Rule {
  readonly patterns: readonly { readonly key: PatternKey; readonly pattern: RegExp }[];
  /** A port that it must listen on. */
  readonly port?: number;
  readonly service: Template;
  readonly site?: Template;
  /** For a port forwarder, its target in the syntax of `parseForwarderTarget`. */
  readonly relay?: Template;
}

/**
 * Parses `rules:` of the configuration file. A pattern must match the whole text, as Prometheus has it. Throws an
 * `Error` that names the rule, counted from 1, and the key.
 */
export function parseRules(value: unknown): Rule[] {
  if (!Array.isArray(value)) throw new Error('rules: expected a list');
  return value.map((rule, at) => within(`rule ${at + 1}`, () => parseRule(rule)));
}

function parseRule(value: unknown): Rule {
  const { match, service, site, relay } = fieldsOf(value, ['match', 'service', 'site', 'relay']);
  const { port, ...texts } = within('match', () => fieldsOf(match, [...PATTERN_KEYS, 'port']));
  const patterns = Object.entries(texts).map(([key, text]) => ({
    key: key as PatternKey,
    pattern: within(`match.${key}`, () => parsePattern(text)),
  }));
  if (patterns.length === 0 && port === undefined)
    throw new Error(`match: empty; expected at least one of ${[...PATTERN_KEYS, 'port'].join(', ')}`);
  const groups = within('match', () => groupsOf(patterns.map(({ pattern }) => pattern)));
  const templateOf = (key: string, text: unknown) => within(key, () => parseName(text, groups));
  return {
    patterns,
    ...(port !== undefined && { port: within('match.port', () => parsePort(port)) }),
    service: templateOf('service', service),
    ...(site !== undefined && { site: templateOf('site', site) }),
    ...(relay !== undefined && { relay: within('relay', () => parseRelay(relay, groups)) }),
  };
}

/** The fields of a mapping. Throws for keys that are not `known`. */
function fieldsOf<K extends string>(value: unknown, known: readonly K[]): Partial<Record<K, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`expected a mapping of ${known.join(', ')}`);
  for (const key of Object.keys(value)) {
    if (!known.some((name) => name === key))
      throw new Error(`unknown key ${JSON.stringify(key)}; expected ${known.join(', ')}`);
  }
  return value;
}

function parsePattern(value: unknown): RegExp {
  // Names can be all digits, which YAML parses as a number.
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error('expected text');
  try {
    // Compiled on its own first: a stray parenthesis could close the group around it.
    new RegExp(`${value}`, 'us');
    return new RegExp(`^(?:${value})$`, 'us');
  } catch (cause) {
    throw new Error((cause as Error).message, { cause });
  }
}

function parsePort(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 65535)
    throw new Error(`invalid value ${JSON.stringify(value)} (expected a port from 1 to 65535)`);
  return value as number;
}

interface Groups {
  readonly names: readonly string[];
  /** The number of groups; undefined where several patterns have groups, so that numbers are ambiguous. */
  readonly numbered: number | undefined;
}

function groupsOf(patterns: readonly RegExp[]): Groups {
  // The empty alternative always matches, so that the result lists all groups.
  const found = patterns.map((pattern) => new RegExp(`${pattern.source}|`, 'us').exec(''));
  const names = found.flatMap((match) => Object.keys(match?.groups ?? {}));
  const twice = names.find((name, at) => names.indexOf(name) !== at || FACTS.includes(name));
  if (twice !== undefined) throw new Error(`duplicate or reserved group name ${JSON.stringify(twice)}`);
  const counts = found.map((match) => (match?.length ?? 1) - 1).filter((count) => count > 0);
  return { names, numbered: counts.length > 1 ? undefined : (counts[0] ?? 0) };
}

function parseName(value: unknown, groups: Groups): Template {
  if (value !== undefined && typeof value !== 'string' && typeof value !== 'number')
    throw new Error('expected text');
  const text = `${value ?? ''}`;
  if (text.trim() === '') throw new Error('empty');
  const template = parseTemplate(text);
  for (const name of namesOf(template)) checkName(name, groups);
  return template;
}

/** Text without `$` must be a valid target; other templates are only checked once they are filled. */
function parseRelay(value: unknown, groups: Groups): Template {
  const template = parseName(value, groups);
  if (namesOf(template).length === 0 && !parseForwarderTarget(template.parts.join('')))
    throw new Error(
      `invalid value ${JSON.stringify(value)} (expected a target such as 10.0.0.5:5432 or 10.0.0.5:53/udp)`,
    );
  return template;
}

function checkName(name: string, { names, numbered }: Groups): void {
  if (!/^\d+$/.test(name)) {
    if (!names.includes(name) && !FACTS.includes(name))
      throw new Error(`unknown name ${JSON.stringify(name)}; expected a named group or ${FACTS.join(', ')}`);
  } else if (numbered === undefined)
    throw new Error(`$${name} is ambiguous: several patterns have groups; expected named groups: (?<name>…)`);
  else if (name.startsWith('0') || Number(name) > numbered)
    throw new Error(`no group $${name} in the pattern`);
}

function within<T>(location: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const { message } = cause as Error;
    // `rule 2: match.port: …`
    throw new Error(`${location}: ${message}`, { cause });
  }
}
