import type { ProcessFiles } from '../proc/process.ts';
import { fileName, processName } from '../proc/process-name.ts';
import { escapeBytes } from '../text/escape-bytes.ts';

/** The options of an interpreter, as far as needed to find the script among its arguments. */
interface Interpreter {
  readonly name: RegExp;
  /** Options that take code from the command line. */
  readonly code?: RegExp;
  /** Options whose value is the module to run. */
  readonly module?: RegExp;
  /** Options that take the next argument as their value. */
  readonly withValue: RegExp;
  /** Words before the script. */
  readonly subcommand?: RegExp;
}

const INTERPRETERS: readonly Interpreter[] = [
  { name: /^(?:ba|da|a|k|z)?sh$/, code: /^-[a-z]*c$/, withValue: /^[-+][a-z]*[oO]$/ },
  {
    name: /^(?:python|pypy)[\d.]*$/,
    code: /^-[a-zA-Z]*c$/,
    module: /^-[a-zA-Z]*m$/,
    withValue: /^-[WX]$/,
  },
  {
    name: /^(?:node|nodejs|bun|deno)$/,
    subcommand: /^run$/,
    code: /^(?:-e|-p|-pe|--eval|--print)$/,
    withValue:
      /^(?:-r|-C|--(?:require|import|loader|experimental-loader|conditions|env-file|env-file-if-exists|title|watch-path))$/,
  },
  { name: /^perl[\d.]*$/, code: /^-[a-zA-Z]*[eE]$/, withValue: /^-I$/ },
  { name: /^ruby[\d.]*$/, code: /^-[a-z]*e$/, withValue: /^-[CIr]$/ },
  { name: /^php[\d.]*$/, code: /^-r$/, withValue: /^-[cdStz]$/ },
  { name: /^lua[\d.]*$/, code: /^-e$/, withValue: /^-l$/ },
  {
    name: /^java$/,
    // A file with arguments, which is not read.
    code: /^@/,
    module: /^(?:-m|--module)$/,
    withValue:
      /^(?:-cp|-classpath|-p|--(?:class-path|module-path|upgrade-module-path|add-modules|add-reads|add-exports|add-opens|limit-modules|patch-module|enable-native-access|source))$/,
  },
  {
    name: /^dotnet$/,
    subcommand: /^(?:exec|run|watch)$/,
    withValue: /^--(?:additional-deps|additionalprobingpath|depsfile|fx-version|roll-forward|runtimeconfig)$/,
  },
];

/**
 * The name of a service from its process alone: the process name, or that of the script for an interpreter
 * (`python3 /srv/billing.py` is `billing`, `java -jar shop.jar` is `shop`), also if the script was started directly or
 * has replaced its arguments by a title.
 */
export function serviceName(process: ProcessFiles): string {
  const name = processName(process);
  const { executable, args } = process;
  // For a script with `#!`, the kernel inserts the interpreter as the first argument.
  const files = [executable, args[0]].map((path) => (path ? escapeBytes(fileName(path)) : ''));
  const interpreter = interpreterOf(name, ...files);
  return (interpreter && scriptOf(args.map(escapeBytes), interpreter)) || name;
}

/** Whether the name of a service is only that of an interpreter, which runs code from its command line or input. */
export function isInterpreter(service: string): boolean {
  return interpreterOf(service) !== undefined;
}

/** The interpreter with the first of these names that is one. */
function interpreterOf(...names: readonly string[]): Interpreter | undefined {
  for (const name of names) {
    const interpreter = INTERPRETERS.find((candidate) => candidate.name.test(name));
    if (interpreter) return interpreter;
  }
  return undefined;
}

function scriptOf(command: readonly string[], interpreter: Interpreter): string | undefined {
  const [start = '', ...args] = command;
  return start.includes(' ') && args.every((arg) => arg === '')
    ? nameInTitle(start)
    : argumentOf(args, interpreter);
}

/** `gunicorn: worker [shop:app]` → `gunicorn`, `node /srv/api.js` → `api`. */
function nameInTitle(title: string): string | undefined {
  const [start = '', ...args] = title.split(' ');
  const name = baseName(start.replace(/^\[|:$/g, ''));
  const interpreter = interpreterOf(name);
  return (interpreter && argumentOf(args, interpreter)) || name;
}

function argumentOf(args: readonly string[], interpreter: Interpreter): string | undefined {
  const { code, module, withValue, subcommand } = interpreter;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (module?.test(arg)) return baseName(args[i + 1] ?? '');
    if (subcommand?.test(arg)) continue;
    // Code on the command line or from standard input has no name.
    if (arg === '-' || code?.test(arg)) return undefined;
    if (withValue.test(arg)) i++;
    else if (!arg.startsWith('-')) return isDescriptor(arg) ? undefined : baseName(arg);
  }
  return undefined;
}

/** A script passed as an open file descriptor has only a number. */
function isDescriptor(path: string): boolean {
  return /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/.test(path);
}

/** `/srv/billing/app.py` → `app`. */
function baseName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.(?:[cm]?[jt]s|py|rb|pl|php|sh|lua|[jw]ar|java|dll)$/, '');
}
