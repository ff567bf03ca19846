import { parseForwarderTarget } from './forwarder-target.ts';
import { namesOf, parseTemplate, type Template } from './template.ts';

/** What a pattern may look at. */
const PATTERN_KEYS = ['executable', 'command', 'unit', 'container', 'user'] as const;

export type PatternKey = (typeof PATTERN_KEYS)[number];

/** What a template may name besides groups. */
const FACTS = ['executable', 'process', 'unit', 'container', 'user', 'port'];

/** One of the user's rules: a process that matches all of it is called `service`. */
export interface Rule {
  readonly patterns: readonly { readonly key: PatternKey; readonly pattern: RegExp }[];
  /** It must listen there. */
  readonly port?: number;
  readonly service: Template;
  readonly site?: Template;
  /** Where the process hands on what comes to it, as `parseForwarderTarget` takes it. */
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
    throw new Error(`match: empty; one of ${[...PATTERN_KEYS, 'port'].join(', ')} is needed`);
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

/** The fields of a mapping that has no others. */
function fieldsOf<K extends string>(value: unknown, known: readonly K[]): Partial<Record<K, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`not a mapping of ${known.join(', ')}`);
  for (const key of Object.keys(value)) {
    if (!known.some((one) => one === key))
      throw new Error(`unknown key ${JSON.stringify(key)}; there are ${known.join(', ')}`);
  }
  return value;
}

function parsePattern(value: unknown): RegExp {
  // A user or a name may be all digits, which YAML takes for a number.
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error('not text');
  try {
    // Tried without what is put around it, which a stray parenthesis could undo.
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
  /** How many can be told by number; undefined where more than one pattern has groups. */
  readonly numbered: number | undefined;
}

function groupsOf(patterns: readonly RegExp[]): Groups {
  // The empty alternative always matches, and so tells all the groups there are.
  const found = patterns.map((pattern) => new RegExp(`${pattern.source}|`, 'us').exec(''));
  const names = found.flatMap((match) => Object.keys(match?.groups ?? {}));
  const twice = names.find((name, at) => names.indexOf(name) !== at || FACTS.includes(name));
  if (twice !== undefined) throw new Error(`group name ${JSON.stringify(twice)} is taken`);
  const counts = found.map((match) => (match?.length ?? 1) - 1).filter((count) => count > 0);
  return { names, numbered: counts.length > 1 ? undefined : (counts[0] ?? 0) };
}

function parseName(value: unknown, groups: Groups): Template {
  if (value !== undefined && typeof value !== 'string' && typeof value !== 'number')
    throw new Error('not text');
  const text = `${value ?? ''}`;
  if (text.trim() === '') throw new Error('empty');
  const template = parseTemplate(text);
  for (const name of namesOf(template)) checkName(name, groups);
  return template;
}

/** What holds no names must be right as it stands; the others are only known once they are filled. */
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
      throw new Error(`no group is called ${JSON.stringify(name)}, nor is it one of ${FACTS.join(', ')}`);
  } else if (numbered === undefined)
    throw new Error(`$${name} is not clear where several patterns have groups; name them: (?<name>…)`);
  else if (name.startsWith('0') || Number(name) > numbered) throw new Error(`there is no group $${name}`);
}

function within<T>(place: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const { message } = cause as Error;
    // `rule 2: match.port: …`
    throw new Error(`${place}: ${message}`, { cause });
  }
}
