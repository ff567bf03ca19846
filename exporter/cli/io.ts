import type { Environment } from './config/resolve-options.ts';

/** The environment of a command. */
export interface Io {
  readonly env: Environment;
  /** Aborted by SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
  /** Calls `listener` at each SIGHUP. Without a listener the process ends. */
  onHangup(listener: () => void): void;
  stdout(text: string): void;
  /** Returns false if the text is lost, such as on a full disk. */
  stderr(text: string): unknown;
}
