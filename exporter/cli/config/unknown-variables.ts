import { AGENT_OPTIONS } from './agent-options.ts';
import type { Option } from './option.ts';
import type { Environment } from './resolve-options.ts';

/** A variable that looks like a setting, and the setting with the most similar name, if there is one. */
export interface UnknownVariable {
  readonly name: string;
  readonly nearest: string | undefined;
}

/** The most letters to change. */
const MAX_DISTANCE = 6;

/** Kubernetes sets these for a service with the name `musubi`. */
const OF_KUBERNETES = /^MUSUBI(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT.*)|PORT(_.*)?)$/;

/** The `MUSUBI_*` variables that no option reads. */
export function unknownVariables(env: Environment): UnknownVariable[] {
  const options: Option<unknown>[] = Object.values(AGENT_OPTIONS);
  const known = options.flatMap((option) => (option.env ?? []).map(({ name }) => name));
  return Object.keys(env)
    .filter((name) => name.startsWith('MUSUBI_') && !known.includes(name) && !OF_KUBERNETES.test(name))
    .sort()
    .map((name) => ({ name, nearest: nearestTo(name, known) }));
}

function nearestTo(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => ({ other, distance: editDistance(name, other) }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= MAX_DISTANCE ? best.other : undefined;
}

/** The number of letters to insert, remove or replace (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
