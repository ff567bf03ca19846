import { parseArgs } from 'node:util';
import { AGENT_OPTIONS } from './agent-options.ts';
import { invalidValue } from './invalid-value.ts';
import type { Option, OptionTable, OptionValues } from './option.ts';
import type { ConfigValue } from './parse-config.ts';
import { readConfigFile } from './read-config-file.ts';
import { RENAMED_FLAGS, RENAMED_VALUES, RENAMED_VARIABLES } from './renamed-settings.ts';
import { UsageError } from './usage-error.ts';

/** The most characters of a value in a message. */
const MAX_SHOWN = 200;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Resolves the options of a command. Precedence: flags, environment, configuration file (`--config`, if the table has
 * it), defaults. Throws `UsageError` with the offending key and value.
 */
export async function resolveOptions<T extends OptionTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
): Promise<OptionValues<T>> {
  const flags = parseFlags(table, argv);
  rejectRenamedVariables(table, env);
  const path = flags.config ?? fromEnvironment(table.config, env)?.text;
  if (path === '') throw new UsageError(invalidValue('--config', '""', 'expected a file name'));
  const keys = keysOf({ ...AGENT_OPTIONS, ...table });
  const file =
    path === undefined ? new Map<string, ConfigValue>() : await readConfigFile(path, keys.all, keys.lists);

  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const variable = fromEnvironment(option, env);
    const flag = flags[name];
    const entry = file.get(name);
    const parser = withRenamedValues(name, option.parse);
    if (flag !== undefined)
      values[name] = parse(option.operand ? `${option.value}` : `--${name}`, flag, parser);
    else if (variable) values[name] = parse(variable.name, variable.text, variable.parse ?? parser);
    else if (entry?.list && option.parseList) values[name] = parseEntries(`${path}`, entry, option.parseList);
    else if (entry) values[name] = parse(name, entry.text, parser, `${path}:${entry.line}: `);
    else if (option.default !== undefined) values[name] = option.parse(option.default);
  }
  return values as OptionValues<T>;
}

function rejectRenamedVariables(table: OptionTable, env: Environment): void {
  const known = Object.values(table).flatMap((option) => (option.env ?? []).map(({ name }) => name));
  for (const [old, renamed] of RENAMED_VARIABLES) {
    if (env[old] && known.includes(renamed)) throw new UsageError(`${old} was renamed to ${renamed}`);
  }
}

function withRenamedValues(name: string, parser: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    const renamed = RENAMED_VALUES.get(name)?.get(text);
    if (renamed !== undefined) throw new Error(`renamed to ${JSON.stringify(renamed)}`);
    return parser(text);
  };
}

/**
 * The keys of a configuration file: settings, but no switches for another output format. One file serves all
 * commands.
 */
function keysOf(table: OptionTable): { all: string[]; lists: string[] } {
  const isSetting = (name: string) => table[name]?.value !== undefined && !table[name].operand;
  const all = Object.keys(table).filter((name) => isSetting(name) && name !== 'config');
  return { all, lists: all.filter((name) => table[name]?.parseList) };
}

/** An error in a list is reported with the line of the first invalid entry. */
function parseEntries(
  path: string,
  { line, list }: ConfigValue,
  parser: (list: unknown) => unknown,
): unknown {
  const { value, lines = [] } = list ?? {};
  try {
    return parser(value);
  } catch (cause) {
    const invalid = lines.findIndex((_, at) => !isValid(() => parser([(value as unknown[])[at]])));
    throw new UsageError(`${path}:${lines[invalid] ?? line}: ${(cause as Error).message}`, { cause });
  }
}

function isValid(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

function parse(key: string, text: string, parser: (text: string) => unknown, position = ''): unknown {
  try {
    return parser(text);
  } catch (cause) {
    const shown = JSON.stringify(shorten(withoutPassword(text)));
    throw new UsageError(position + invalidValue(key, shown, (cause as Error).message), { cause });
  }
}

/** A message must be readable, whatever is in a file. */
function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** A URL may contain a password, and so may a mistyped one. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*:.*@/is, '$1***@');
}

function parseFlags(table: OptionTable, argv: readonly string[]): Record<string, string> {
  const operands = Object.keys(table).filter((name) => table[name]?.operand);
  const options = Object.fromEntries(
    Object.entries(table)
      .filter(([, { fileOnly, operand }]) => !fileOnly && !operand)
      .map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
      ]),
  );
  let parsed: { readonly values: object; readonly positionals: readonly string[] };
  try {
    const args = joinNegative(argv);
    parsed = parseArgs({ args, options, strict: true, allowPositionals: operands.length > 0 });
  } catch (cause) {
    // The first sentence of Node's message names the flag; the rest is advice on dashes.
    const [message = ''] = (cause as Error).message.split(/\.\s/);
    const renamed = RENAMED_FLAGS.get(/^Unknown option '--(.+)'$/.exec(message)?.[1] ?? '');
    const hint = renamed === undefined || !(renamed in table) ? '' : ` (renamed to --${renamed})`;
    throw new UsageError(`${message}${hint}`, { cause });
  }
  const { values, positionals } = parsed;
  const [excess] = positionals.slice(operands.length);
  if (excess !== undefined) throw new UsageError(`Unexpected argument '${excess}'`);
  const given = positionals.map((text, at) => [operands[at] ?? '', text] as const);
  return Object.fromEntries([...Object.entries(values), ...given].map(([name, value]) => [name, `${value}`]));
}

/** `--from -1h` as `--from=-1h`: no flag starts with a digit. */
function joinNegative(argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const argument of argv) {
    const before = args.at(-1);
    if (before?.startsWith('--') && /^-\d/.test(argument)) args[args.length - 1] = `${before}=${argument}`;
    else args.push(argument);
  }
  return args;
}

function fromEnvironment(option: Option<unknown> | undefined, env: Environment) {
  for (const variable of option?.env ?? []) {
    const text = env[variable.name];
    // OpenTelemetry specification: an empty variable counts as unset.
    if (text !== undefined && text !== '') return { ...variable, text };
  }
  return undefined;
}
