import type { Environment } from '../config/resolve-options.ts';

/** What a command may touch of the world outside. */
export interface Io {
  readonly env: Environment;
  /** Ends a command that would run on: Ctrl-C, or systemd's stop. */
  readonly stop: AbortSignal;
  stdout(text: string): void;
  stderr(text: string): void;
}

/** A subcommand of `musubi`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What its first argument may be, each with a `--help` of its own. */
  readonly verbs?: readonly string[];
  /** The exit code: 0 good, 1 the job failed. Throws `UsageError` (exit code 2). */
  run(argv: readonly string[], io: Io): Promise<number>;
}
