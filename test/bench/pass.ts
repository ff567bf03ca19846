/** The time of one collection cycle over many sockets, and of `ss` over the same. */
import { type BenchmarkOptions, type Finding, progress, verdict, withInterval } from './benchmark.ts';
import { run } from './child.ts';
import { type CycleReport, startExporter } from './exporter.ts';
import { estimate } from './pairs.ts';
import { programPath } from './programs.ts';
import { withConnections } from './sockets.ts';

const DESTINATIONS = 100;

/** `-p` names processes, `-i` shows bytes, round-trip times and retransmits, as the exporter does. */
const OTHERS = ['ss -tn', 'ss -tnpi'] as const;
type Other = (typeof OTHERS)[number];

/** One cycle and, right after it, the other programs; in seconds. */
type Measurement = { readonly cycle: CycleReport } & Readonly<Partial<Record<Other, number>>>;

/** Rounds of `ss -tnpi`, which takes ten seconds for 100,000 sockets. */
const SLOW_ROUNDS = 3;

export async function pass(options: BenchmarkOptions): Promise<Finding> {
  const { capture, quick } = options;
  const [sizes, rounds] = quick ? [[2000], 3] : [[20_000, 100_000], 15];
  const rows: string[][] = [];
  const raw: Record<string, readonly Measurement[]> = {};
  let captureInUse = capture;

  for (const sockets of sizes) {
    const found = await withConnections(sockets / 2, DESTINATIONS, async () => {
      const exporter = await startExporter(options, ['--netns', 'self']);
      captureInUse = exporter.capture;
      try {
        const measurements: Measurement[] = [];
        for (let round = 0; round < rounds; round++) {
          const report = await exporter.cycles(1);
          const seconds = await wallSeconds('ss -tn');
          measurements.push({
            cycle: report,
            'ss -tn': seconds,
            ...(round < SLOW_ROUNDS && { 'ss -tnpi': await wallSeconds('ss -tnpi') }),
          });
          progress(`${sockets} sockets: ${milliseconds(report.seconds)}, ss ${milliseconds(seconds)}`);
        }
        return measurements;
      } finally {
        await exporter.stop();
      }
    });
    raw[sockets] = found;
    const ratio = (other: Other) =>
      estimate(figures(found, (one) => one.cycle.seconds / (one[other] ?? Number.NaN)));
    const middle = (figure: (one: Measurement) => number | undefined) =>
      milliseconds(estimate(figures(found, figure)).median);
    rows.push([
      sockets.toLocaleString('en'),
      middle((one) => one.cycle.seconds),
      middle((one) => one['ss -tn']),
      withInterval(ratio('ss -tn'), 2),
      '≤ 1',
      verdict(ratio('ss -tn'), 1),
      middle((one) => one['ss -tnpi']),
      withInterval(ratio('ss -tnpi'), 2),
    ]);
  }
  const head = [
    'open sockets',
    'one cycle',
    '`ss -tn`',
    'cycle ÷ `ss -tn`',
    'bar',
    '',
    '`ss -tnpi`',
    'cycle ÷ `ss -tnpi`',
  ];
  return { head, rows, capture: captureInUse, raw };
}

/** The figures of the rounds in which it was measured. */
function figures(found: readonly Measurement[], figure: (one: Measurement) => number | undefined): number[] {
  return found.map(figure).filter((value): value is number => value !== undefined && !Number.isNaN(value));
}

/** Time of a command from fork to exit, measured by the shell. */
async function wallSeconds(command: string): Promise<number> {
  const timed = `TIMEFORMAT=%3R; time ${command} > /dev/null`;
  return Number(await run([programPath('bash'), '-c', `{ ${timed}; } 2>&1`]));
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}
