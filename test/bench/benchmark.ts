import type { Estimate } from './pairs.ts';

export interface BenchmarkOptions {
  /** `--capture` of the agent. */
  readonly capture: string;
  /** Few and short runs, as a smoke test. The figures are not meaningful. */
  readonly quick: boolean;
}

/** The result of a benchmark. */
export interface Finding {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The capture in use, if any. */
  readonly capture?: string;
  /** All measurements. */
  readonly raw: unknown;
}

/** A benchmark. Runs in a network namespace of its own, with loopback only. */
export type Benchmark = (options: BenchmarkOptions) => Promise<Finding>;

/** Whether a figure is within its bar, and whether that is within the noise. */
export function verdict({ median, low, high }: Estimate, bar: number): string {
  const isSure = high <= bar || low > bar;
  return `${median <= bar ? 'met' : 'missed'}${isSure ? '' : ', within the noise'}`;
}

/** `12.3 % (11.9 to 12.8)`. */
export function withInterval({ median, low, high }: Estimate, digits: number, unit = ''): string {
  const text = (value: number) => value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, '$1');
  return `${text(median)}${unit && ` ${unit}`} (${text(low)} to ${text(high)})`;
}

export function progress(line: string): void {
  process.stderr.write(`  ${line}\n`);
}
