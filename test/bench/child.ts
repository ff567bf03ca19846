import { type ChildProcess, spawn } from 'node:child_process';

/** A program started by the benchmark. */
export interface Child {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Its output so far, if that is kept. */
  output(): string;
  /** Resolves to its output once it ends by itself; rejects if it failed. */
  readonly ended: Promise<string>;
  /** Stops it and resolves once it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const PATIENCE = 15_000;

/**
 * Starts a program. It ends with this process at the latest, in whatever way: a server or a load left behind would
 * distort the next measurement.
 */
export function start(command: readonly string[], { discard = false } = {}): Child {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...command], {
    stdio: ['pipe', discard ? 'ignore' : 'pipe', 'pipe'],
  });
  let output = '';
  let complaint = '';
  const collect = (text: string) => {
    output += text;
  };
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    complaint += text;
  });
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}`));
  });
  const ended = gone.then((trouble) => {
    if (trouble) throw new Error(`${command.join(' ')}: ${trouble}: ${complaint}`);
    return output;
  });
  ended.catch(() => {});

  return {
    pid: child.pid ?? Number.NaN,
    child,
    output: () => output,
    ended,
    async stop(signal = 'SIGTERM') {
      const isRunning = () => child.exitCode === null && child.signalCode === null;
      if (isRunning()) child.kill(signal);
      const killer = setTimeout(() => isRunning() && child.kill('SIGKILL'), PATIENCE);
      await gone;
      clearTimeout(killer);
    },
  };
}

/** Runs a program until it ends and returns its output. */
export function run(command: readonly string[]): Promise<string> {
  const { child, ended } = start(command);
  child.stdin?.end();
  return ended;
}
