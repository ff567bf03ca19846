import type { ProcessFiles } from '../proc/process.ts';
import { escapeBytes } from './escape-bytes.ts';
import { processName } from './process-name.ts';

const INTERPRETER = /^(?:node|nodejs|bun|deno|ruby|perl|php|lua|bash|dash|sh|python)[\d.]*$/;
/** Options of interpreters that take the next argument as their value. */
const WITH_VALUE = new Set(['-r', '--require', '--import', '--loader', '-W', '-X', '-I']);

/**
 * The name of a service, from its process alone: the process name, or the script's for an interpreter
 * (`python3 /srv/billing.py` is `billing`, `java -jar shop.jar` is `shop`).
 */
export function serviceName(process: ProcessFiles): string {
  const name = processName(process);
  const args = process.args.slice(1).map(escapeBytes);
  const script = name === 'java' ? jarOf(args) : INTERPRETER.test(name) ? scriptOf(args) : undefined;
  return script || name;
}

function scriptOf(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-m') return args[i + 1];
    // Code on the command line has no name.
    if (arg === '-c' || arg === '-e' || arg === '-p' || arg === '--eval' || arg === '-') return undefined;
    if (WITH_VALUE.has(arg)) i++;
    else if (!arg.startsWith('-')) return baseName(arg);
  }
  return undefined;
}

function jarOf(args: readonly string[]): string | undefined {
  const jar = args[args.indexOf('-jar') + 1];
  return args.includes('-jar') && jar ? baseName(jar) : undefined;
}

/** `/srv/billing/app.py` → `app`. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:[cm]?[jt]s|py|rb|pl|php|sh|lua|jar)$/, '');
}
