import type { Io } from '../io.ts';

/** A subcommand of `musubi`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What its first argument may be, each with a `--help` of its own. */
  readonly verbs?: readonly string[];
  /** The exit code: 0 good, 1 the job failed. Throws `UsageError` (exit code 2). */
  run(argv: readonly string[], io: Io): Promise<number>;
}
