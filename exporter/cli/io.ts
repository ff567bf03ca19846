import type { Environment } from './config/resolve-options.ts';

/** The environment of a command. */
export interface Io {
  readonly env: Environment;
  /** Aborted by SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
  stdout(text: string): void;
  stderr(text: string): void;
}
