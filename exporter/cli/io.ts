import type { Environment } from './config/resolve-options.ts';

/** What a command may touch of the world outside. */
export interface Io {
  readonly env: Environment;
  /** Ends a command that would run on: Ctrl-C, or systemd's stop. */
  readonly stop: AbortSignal;
  stdout(text: string): void;
  stderr(text: string): void;
}
