import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Host } from './network.ts';
import { ROOT } from './places.ts';
import { type Running, type StartOptions, start } from './process.ts';

const SOURCES = join(ROOT, 'test/workloads');
const BUILT = join(ROOT, '.musubi/workloads');
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];

/** The C compiler of this machine; undefined if there is none. */
export const COMPILER = ['cc', 'clang', 'gcc'].find((name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
);

/**
 * The executable of `test/workloads/NAME.c`, built once for each content: a process that lives for milliseconds cannot
 * be written in a language that takes longer to start. The process has the file's name.
 */
export function buildWorkload(name: string): string {
  if (COMPILER === undefined) throw new Error('no C compiler is installed');
  const source = join(SOURCES, `${name}.c`);
  const headers = readdirSync(SOURCES).filter((file) => file.endsWith('.h'));
  const content = createHash('sha256').update(JSON.stringify([COMPILER, FLAGS]));
  for (const path of [source, ...headers.map((file) => join(SOURCES, file))])
    content.update(readFileSync(path));
  const folder = join(BUILT, content.digest('hex').slice(0, 16));
  const program = join(folder, name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  // Written under another name first: test files that run at the same time build the same one.
  const unfinished = `${program}.${process.pid}`;
  execFileSync(COMPILER, [...FLAGS, '-o', unfinished, source]);
  renameSync(unfinished, program);
  return program;
}

export interface WorkloadOptions extends StartOptions {
  /** The network namespace to run in; by default that of this process. */
  readonly on?: Host;
}

/** Starts a workload; it is ended with the test. */
export function startWorkload(
  name: string,
  args: readonly string[],
  { on, ...options }: WorkloadOptions = {},
): Running {
  const command = [buildWorkload(name), ...args] as const;
  return on ? on.start(command, options) : start(command, options);
}

/** Runs a workload until it ends, which must succeed; resolves to its output. */
export async function runWorkload(
  name: string,
  args: readonly string[],
  options?: WorkloadOptions,
): Promise<string> {
  const running = startWorkload(name, args, options);
  running.child.stdin?.end();
  const code = await running.exited;
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${running.stderr()}`);
  return running.stdout();
}

/** The server of `server.c`. */
export interface Server {
  readonly running: Running;
  readonly ports: readonly number[];
  /** Its counts for each of its ports. */
  counts(): Promise<Map<number, { accepted: number; received: number; transmitted: number }>>;
}

export async function startServer(args: readonly string[], options?: WorkloadOptions): Promise<Server> {
  const running = startWorkload('server', args, options);
  const [ports = []] = await linesOf(running, 'listening', 1);
  return {
    running,
    ports: ports.map(Number),
    async counts() {
      await request(running, 'report', 'reported');
      const lines = words(running.stdout(), 'accepted').slice(-ports.length);
      return new Map(
        lines.map((line) => {
          const [port = 0, accepted = 0, received = 0, transmitted = 0] = line.map(Number);
          return [port, { accepted, received, transmitted }];
        }),
      );
    },
  };
}

/** Writes a line to a workload and resolves to the words after `verb` in its response. */
export async function request(running: Running, line: string, verb: string): Promise<string[]> {
  const count = words(running.stdout(), verb).length + 1;
  running.writeLine(line);
  return (await linesOf(running, verb, count)).at(-1) ?? [];
}

/** Milliseconds. */
const PATIENCE = 50_000;

/** Resolves to the lines that start with `verb` once there are that many; rejects if they do not arrive in time. */
export function linesOf(running: Running, verb: string, count: number): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why} printed ${verb}: ${running.stderr()}`));
    const timer = setTimeout(() => fail(`waited ${PATIENCE / 1000} s for a workload that never`), PATIENCE);
    const check = () => {
      const lines = words(running.stdout(), verb);
      if (lines.length < count) return;
      clearTimeout(timer);
      running.child.stdout?.off('data', check);
      resolve(lines);
    };
    running.child.stdout?.on('data', check);
    running.exited
      .then((code) => fail(`ended with ${code} before it`), reject)
      .finally(() => clearTimeout(timer));
    check();
  });
}

/** The complete lines that start with `verb`, each as the words after it. */
export function words(text: string, verb: string): string[][] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '))
    .filter(([first]) => first === verb)
    .map(([, ...rest]) => rest);
}
