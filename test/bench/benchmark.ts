import type { Estimate } from './pairs.ts';

export interface BenchmarkOptions {
  /** As `--capture` of the agent. */
  readonly capture: string;
  /** Few and short runs, to see that it works. The figures mean little. */
  readonly quick: boolean;
}

/** What a benchmark found. */
export interface Finding {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The capture that was in use, if one was. */
  readonly capture?: string;
  /** Every single measurement. */
  readonly raw: unknown;
}

/** Measures something. Runs in a network namespace of its own, where only loopback is. */
export type Benchmark = (options: BenchmarkOptions) => Promise<Finding>;

/** Whether a figure keeps to its bar, and whether chance could have decided that. */
export function verdict({ median, low, high }: Estimate, bar: number): string {
  const isSure = high <= bar || low > bar;
  return `${median <= bar ? 'met' : 'missed'}${isSure ? '' : ', within the noise'}`;
}

/** `12.3 % (11.9 to 12.8)`. */
export function withInterval({ median, low, high }: Estimate, digits: number, unit = ''): string {
  const text = (value: number) => value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, '$1');
  return `${text(median)}${unit && ` ${unit}`} (${text(low)} to ${text(high)})`;
}

export function tell(line: string): void {
  process.stderr.write(`  ${line}\n`);
}
