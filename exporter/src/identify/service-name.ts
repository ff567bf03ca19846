import type { ProcessFiles } from '../proc/process.ts';
import { escapeBytes } from './escape-bytes.ts';
import { processName } from './process-name.ts';

/** What the options of an interpreter mean, as far as it takes to find the script among them. */
interface Interpreter {
  readonly name: RegExp;
  /** Options that take code from the command line. */
  readonly code: RegExp;
  /** Options that take the next argument as their value. */
  readonly withValue: RegExp;
  /** Words that stand before the script. */
  readonly subcommand?: RegExp;
}

const INTERPRETERS: readonly Interpreter[] = [
  { name: /^(?:bash|dash|sh)$/, code: /^-[a-z]*c$/, withValue: /^[-+][a-z]*[oO]$/ },
  { name: /^python[\d.]*$/, code: /^-[a-zA-Z]*c$/, withValue: /^-[WX]$/ },
  {
    name: /^(?:node|nodejs|bun|deno)$/,
    subcommand: /^run$/,
    code: /^(?:-e|-p|-pe|--eval|--print)$/,
    withValue: /^(?:-r|--require|--import|--loader|--experimental-loader)$/,
  },
  { name: /^perl[\d.]*$/, code: /^-[a-zA-Z]*[eE]$/, withValue: /^-I$/ },
  { name: /^ruby[\d.]*$/, code: /^-[a-z]*e$/, withValue: /^-[Ir]$/ },
  { name: /^php[\d.]*$/, code: /^-r$/, withValue: /^-[cd]$/ },
  { name: /^lua[\d.]*$/, code: /^-e$/, withValue: /^-l$/ },
];

/**
 * The name of a service, from its process alone: the process name, or the script's for an interpreter
 * (`python3 /srv/billing.py` is `billing`, `java -jar shop.jar` is `shop`).
 */
export function serviceName(process: ProcessFiles): string {
  const name = processName(process);
  const args = process.args.slice(1).map(escapeBytes);
  if (name === 'java') return jarOf(args) || name;
  const interpreter = INTERPRETERS.find((one) => one.name.test(name));
  return (interpreter && scriptOf(args, interpreter)) || name;
}

function scriptOf(args: readonly string[], { code, withValue, subcommand }: Interpreter): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-m') return args[i + 1];
    if (subcommand?.test(arg)) continue;
    // Code on the command line or from standard input has no name.
    if (arg === '-' || code.test(arg)) return undefined;
    if (withValue.test(arg)) i++;
    else if (!arg.startsWith('-')) return isDescriptor(arg) ? undefined : baseName(arg);
  }
  return undefined;
}

/** A script that is handed over open has no name but a number. */
function isDescriptor(path: string): boolean {
  return /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/.test(path);
}

function jarOf(args: readonly string[]): string | undefined {
  const jar = args[args.indexOf('-jar') + 1];
  return args.includes('-jar') && jar ? baseName(jar) : undefined;
}

/** `/srv/billing/app.py` → `app`. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:[cm]?[jt]s|py|rb|pl|php|sh|lua|jar)$/, '');
}
