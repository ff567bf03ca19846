import type { ProcessFiles } from '../proc/process.ts';
import { fileName, processName } from '../proc/process-name.ts';
import { escapeBytes } from '../text/escape-bytes.ts';

/** What the options of an interpreter mean, as far as it takes to find the script among them. */
interface Interpreter {
  readonly name: RegExp;
  /** Options that take code from the command line. */
  readonly code?: RegExp;
  /** Options that take what is to run as their value. */
  readonly module?: RegExp;
  /** Options that take the next argument as their value. */
  readonly withValue: RegExp;
  /** Words that stand before the script. */
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
    // A file of arguments, which is not read.
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
 * The name of a service, from its process alone: the process name, or the script's for an interpreter
 * (`python3 /srv/billing.py` is `billing`, `java -jar shop.jar` is `shop`), also where a script was started by its
 * own name or has put a title in place of its arguments.
 */
export function serviceName(process: ProcessFiles): string {
  const name = processName(process);
  const { executable, args } = process;
  // Of a script with `#!`, the kernel makes its interpreter the first argument.
  const files = [executable, args[0]].map((path) => (path ? escapeBytes(fileName(path)) : ''));
  const interpreter = interpreterOf(name, ...files);
  return (interpreter && scriptOf(args.map(escapeBytes), interpreter)) || name;
}

/** Whether a service's name tells no more than that an interpreter runs: it was told no script, but code or nothing. */
export function isInterpreter(service: string): boolean {
  return interpreterOf(service) !== undefined;
}

/** That of the first of these names which is one's. */
function interpreterOf(...names: readonly string[]): Interpreter | undefined {
  for (const name of names) {
    const interpreter = INTERPRETERS.find((one) => one.name.test(name));
    if (interpreter) return interpreter;
  }
  return undefined;
}

function scriptOf(command: readonly string[], interpreter: Interpreter): string | undefined {
  const [start = '', ...args] = command;
  return start.includes(' ') && args.every((arg) => arg === '')
    ? titled(start)
    : argumentOf(args, interpreter);
}

/** `gunicorn: worker [shop:app]` → `gunicorn`, `node /srv/api.js` → `api`. */
function titled(title: string): string | undefined {
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

/** A script that is handed over open has no name but a number. */
function isDescriptor(path: string): boolean {
  return /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/.test(path);
}

/** `/srv/billing/app.py` → `app`. */
function baseName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.(?:[cm]?[jt]s|py|rb|pl|php|sh|lua|[jw]ar|java|dll)$/, '');
}
