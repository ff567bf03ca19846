import { parseArgs } from 'node:util';
import { AGENT_OPTIONS } from './agent-options.ts';
import { invalidValue } from './invalid-value.ts';
import type { Option, OptionTable, OptionValues } from './option.ts';
import type { ConfigValue } from './parse-config.ts';
import { readConfigFile } from './read-config-file.ts';
import { RENAMED_FLAGS, RENAMED_VALUES, RENAMED_VARIABLES } from './renamed-settings.ts';
import { UsageError } from './usage-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settles every option of a command: flags go before the environment, that before the configuration file
 * (`--config`, if the table has it), that before defaults. Throws `UsageError` with the offending key and
 * value, whichever of these it came from.
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
 * What a configuration file may hold: settings, not switches that ask for another kind of output. One file is for
 * all commands.
 */
function keysOf(table: OptionTable): { all: string[]; lists: string[] } {
  const isSetting = (name: string) => table[name]?.value !== undefined && !table[name].operand;
  const all = Object.keys(table).filter((name) => isSetting(name) && name !== 'config');
  return { all, lists: all.filter((name) => table[name]?.parseList) };
}

/** What is wrong with a list is told with the line of the first entry that is. */
function parseEntries(
  path: string,
  { line, list }: ConfigValue,
  parser: (list: unknown) => unknown,
): unknown {
  const { value, lines = [] } = list ?? {};
  try {
    return parser(value);
  } catch (cause) {
    const wrong = lines.findIndex((_, at) => !isRight(() => parser([(value as unknown[])[at]])));
    throw new UsageError(`${path}:${lines[wrong] ?? line}: ${(cause as Error).message}`, { cause });
  }
}

function isRight(parse: () => unknown): boolean {
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
    const shown = JSON.stringify(withoutPassword(text));
    throw new UsageError(position + invalidValue(key, shown, (cause as Error).message), { cause });
  }
}

/** A URL may hold a password, and so may what was meant to be one. */
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
    // Node's own message names the flag; what follows its first sentence is advice on dashes.
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

/** `--from -1h` as `--from=-1h`: no flag begins with a digit. */
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
    // The OpenTelemetry specification has an empty variable be as one that is not set.
    if (text !== undefined && text !== '') return { ...variable, text };
  }
  return undefined;
}
