import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { waitFor } from './wait-for.ts';

/** A program under test and its output so far. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Writes a line to its standard input. */
  writeLine(line: string): void;
  /** Resolves once standard output contains the text; rejects if the program ends first, or after `patience` ms. */
  waitForOutput(text: string | RegExp, patience?: number): Promise<void>;
  /** Ends it with a signal (SIGTERM by default) and resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves to its exit code when it ends by itself. */
  readonly exited: Promise<number | null>;
}

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  /** Starts it in a process group of its own; `stop` then signals the group, as Ctrl-C does in a terminal. */
  readonly ownGroup?: boolean;
  /** Registers its clean-up; by default at the end of the test. */
  readonly onCleanup?: (stop: () => Promise<void>) => void;
}

/** Starts a program; it is ended with the test, by its pid. */
export function start(command: readonly [string, ...string[]], options: StartOptions = {}): Running {
  const { env = process.env, cwd, uid, ownGroup = false, onCleanup = onTestFinished } = options;
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env,
    stdio: 'pipe',
    ...(cwd && { cwd }),
    ...(uid !== undefined && { uid }),
    detached: ownGroup,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  exited.catch(() => {});
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const kill = (how: NodeJS.Signals) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(ownGroup ? -child.pid : child.pid, how);
    };
    kill(signal);
    const killer = setTimeout(() => kill('SIGKILL'), 15_000);
    return exited.finally(() => clearTimeout(killer));
  }
  onCleanup(async () => {
    await stop().catch(() => {});
  });

  return {
    pid: child.pid ?? Number.NaN,
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    writeLine: (line) => void child.stdin.write(`${line}\n`),
    async waitForOutput(text, patience) {
      const isPrinted = () => (typeof text === 'string' ? stdout.includes(text) : text.test(stdout));
      const all = () => `${command.join(' ')}: ${stdout}${stderr}`;
      const output = waitFor(
        () => isPrinted() || undefined,
        () => `${text} from ${all()}`,
        patience,
      );
      const ended = exited.then((code) => {
        if (!isPrinted()) throw new Error(`ended with ${code}: ${all()}`);
      });
      await Promise.race([output, ended]);
      output.catch(() => {});
    },
    stop,
    exited,
  };
}

/** Runs a program until it ends. */
export async function run(
  command: readonly [string, ...string[]],
  options: StartOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = start(command, options);
  running.child.stdin?.end();
  const code = await running.exited;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}
