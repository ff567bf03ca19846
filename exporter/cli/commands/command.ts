import type { Io } from '../io.ts';

/** A subcommand of `musubi`. */
export interface Command {
  /** One line in the list of commands. */
  readonly summary: string;
  /** Its subcommands, each with its own `--help`. */
  readonly verbs?: readonly string[];
  /** Resolves to the exit code: 0 success, 1 failure. Rejects with `UsageError` (exit code 2). */
  run(argv: readonly string[], io: Io): Promise<number>;
}
