import { type ChildProcess, spawn } from 'node:child_process';

/** A program that the benchmark has started. */
export interface Child {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has written so far, where that is kept. */
  output(): string;
  /** Resolves to what it wrote once it ends by itself; rejects when it failed. */
  readonly ended: Promise<string>;
  /** Ends it, and resolves when it has. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const PATIENCE = 15_000;

/**
 * Starts a program. It ends with this process at the latest, however that ends: a server or a load left behind
 * would spoil what is measured next.
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

/** Runs a program to its end and gives what it wrote. */
export function run(command: readonly string[]): Promise<string> {
  const { child, ended } = start(command);
  child.stdin?.end();
  return ended;
}
