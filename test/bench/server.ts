/** The cost of the exporter for a busy web server: throughput and latency with and without it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nginxCommand } from '../harness/nginx.ts';
import { waitFor } from '../harness/wait-for.ts';
import { lostToPrograms } from './alternation.ts';
import { type BenchmarkOptions, type Finding, progress, verdict, withInterval } from './benchmark.ts';
import { type Child, start } from './child.ts';
import { startExporter } from './exporter.ts';
import { estimate, shuffled } from './pairs.ts';
import { programPath } from './programs.ts';
import { STATE } from './state.ts';
import { bpfSeconds, countingBpf, cpuSeconds, systemCpuSeconds } from './usage.ts';

const URL = 'http://127.0.0.1:8080/';
const STATUS = `${URL}status`;
const CONNECTIONS = 32;
/** Keep-alive first: a connection per request leaves thousands of sockets in TIME_WAIT for a minute. */
const MODES = [
  { name: 'keep-alive', header: 'Connection: keep-alive', bar: 0.5 },
  { name: 'a connection per request', header: 'Connection: close', bar: 2 },
] as const;

/** The result of one run of wrk. */
interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** The exporter's share of the CPU time that the machine spent, in percent. */
interface Share {
  readonly process: number;
  /** If the kernel counted it. */
  readonly programs: number;
}

const NOTHING: Share = { process: 0, programs: 0 };

type State = 'on' | 'off';
type Pair = Readonly<Record<State, Load & Share>>;

export async function server(options: BenchmarkOptions): Promise<Finding> {
  const { capture, quick } = options;
  const [pairs, seconds] = quick ? [3, 1] : [8, 4];
  mkdirSync(STATE, { recursive: true });
  const folder = mkdtempSync(join(STATE, 'nginx-'));
  const nginx = await startNginx(folder);
  let captureInUse = capture;

  async function measure(state: State, header: string): Promise<Load & Share> {
    const exporter = state === 'on' ? await startExporter(options) : undefined;
    captureInUse = exporter?.capture ?? captureInUse;
    const spent = () =>
      exporter ? { process: cpuSeconds(exporter.pid), programs: bpfSeconds(exporter.pid) } : NOTHING;
    try {
      await wrk(folder, header, 1);
      const [before, allBefore] = [spent(), systemCpuSeconds()];
      const load = await wrk(folder, header, seconds);
      const [after, all] = [spent(), systemCpuSeconds() - allBefore];
      const share = (part: keyof Share) => ((after[part] - before[part]) / all) * 100;
      return { ...load, process: share('process'), programs: share('programs') };
    } finally {
      await exporter?.stop();
    }
  }

  try {
    const rows: string[][] = [];
    const raw: Record<string, { pairs: Pair[]; slices: number[] }> = {};
    for (const { name, header, bar } of MODES) {
      const found: Pair[] = [];
      for (let pair = 0; pair < pairs; pair++) {
        const loads: Partial<Record<State, Load>> = {};
        for (const state of shuffled(['on', 'off'] as const)) loads[state] = await measure(state, header);
        found.push(loads as Pair);
        progress(`${name}: pair ${pair + 1} of ${pairs}, ${lost(loads as Pair).toFixed(2)} % lost`);
      }
      const slices = captureInUse === 'ebpf' ? await alternate(nginx.pid, header, quick) : [];
      raw[name] = { pairs: found, slices };
      const counted = await countingBpf(() => measure('on', header));
      const loss = estimate(found.map(lost));
      const longer = found.map(({ on, off }) => (on.p99 / off.p99 - 1) * 100);
      const rate = (state: State) => middle(found, state, 'requestsPerSecond').toFixed(0);
      const p99 = (state: State) => middle(found, state, 'p99').toFixed(2);
      rows.push([
        name,
        `${rate('off')} → ${rate('on')}`,
        withInterval(loss, 2, '%'),
        `≤ ${bar} %`,
        verdict(loss, bar),
        slices.length > 0 ? withInterval(estimate(slices), 2, '%') : '–',
        `${p99('off')} → ${p99('on')}`,
        withInterval(estimate(longer), 1, '%'),
        `${middle(found, 'on', 'process').toFixed(2)} %`,
        counted ? `${counted.programs.toFixed(2)} %` : '–',
      ]);
    }
    const head = [
      'nginx, loaded by wrk',
      'requests/s, off → on',
      'throughput lost',
      'bar',
      '',
      'lost to its eBPF programs',
      'p99 in ms, off → on',
      'p99 longer by',
      'CPU time of the agent',
      'of its eBPF programs',
    ];
    return { head, rows, capture: captureInUse, raw };
  } finally {
    await nginx.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Loss of throughput of a pair with the exporter, in percent; negative by chance. */
function lost({ on, off }: Pair): number {
  return (1 - on.requestsPerSecond / off.requestsPerSecond) * 100;
}

function middle(pairs: readonly Pair[], state: State, figure: keyof (Load & Share)): number {
  return estimate(pairs.map((pair) => pair[state][figure])).median;
}

async function startNginx(folder: string) {
  // Each on a CPU of its own: otherwise the scheduler's choice would matter more than the measured effect.
  const server = start([
    ...['taskset', '-c', '0'],
    ...nginxCommand(programPath('nginx'), folder, { workers: 1, listen: '127.0.0.1:8080 backlog=4096' }),
  ]);
  const answers = waitFor(async () => (await fetch(URL)).ok || undefined, 'nginx to answer');
  await Promise.race([answers, server.ended]);
  return server;
}

/** During one run of wrk; in percent of the throughput, round by round. */
async function alternate(nginx: number, header: string, quick: boolean): Promise<number[]> {
  const load = startWrk(header, 3600);
  try {
    await sleep(1000);
    const workers = readFileSync(`/proc/${nginx}/task/${nginx}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    const work = { pids: [...workers, load.pid], count: requests };
    return await lostToPrograms(work, quick ? { rounds: 5, slice: 300 } : { rounds: 100, slice: 500 });
  } finally {
    await load.stop();
  }
}

/** Number of nginx's requests so far. */
async function requests(): Promise<number> {
  const text = await (await fetch(STATUS)).text();
  const count = /^ \d+ \d+ (\d+) $/m.exec(text)?.[1];
  if (count === undefined) throw new Error(`no figures in nginx's status: ${text}`);
  return Number(count);
}

function startWrk(header: string, seconds: number, more: readonly string[] = []): Child {
  const options = ['-t', '1', '-c', `${CONNECTIONS}`, '-d', `${Math.ceil(seconds)}s`, '-H', header, ...more];
  return start(['taskset', '-c', '1', programPath('wrk'), ...options, URL]);
}

/** Runs wrk for so many seconds. Its figures come from a script, because its own output rounds them. */
async function wrk(folder: string, header: string, seconds: number): Promise<Load> {
  const script = join(folder, 'figures.lua');
  writeFileSync(
    script,
    `function done(summary, latency)
       local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
       io.write(string.format('\\nFIGURES %d %d %d %d\\n',
         summary.requests, summary.duration, latency:percentile(99), failed))
     end`,
  );
  const text = await startWrk(header, seconds, ['-s', script]).ended;
  const figures = /^FIGURES (\d+) (\d+) (\d+) (\d+)$/m.exec(text)?.slice(1).map(Number);
  if (!figures) throw new Error(`no figures in wrk's output: ${text}`);
  const [requests = 0, duration = 0, p99 = 0, failed = 0] = figures;
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed`);
  await sleep(100);
  return { requestsPerSecond: requests / (duration / 1e6), p99: p99 / 1000 };
}
