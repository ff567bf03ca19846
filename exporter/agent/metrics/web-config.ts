import { statSync } from 'node:fs';
import type { ServerOptions } from 'node:https';

/** How clients connect: the content of `--web.config.file`, which has the keys of Prometheus's exporters. */
export interface WebConfig {
  /** Absent for HTTP without TLS. */
  readonly tls?: TlsConfig | undefined;
  /** bcrypt hashes of passwords by user; no authentication if there are none. */
  readonly users: ReadonlyMap<string, string>;
  /** Sent with every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** The files that it was read from. */
  readonly files: readonly string[];
}

export interface TlsConfig {
  readonly options: ServerOptions;
  /** What a client certificate must be, beyond what `options` require. */
  readonly client: 'any' | 'required' | 'verified if given';
  /** Names of which a client certificate must have one; empty for any. */
  readonly allowedNames: readonly string[];
}

/** How often files are checked at most, in ms. */
const CHECK_EVERY = 1000;

/**
 * Gives the current value made of a configuration, which is read again when one of its files has changed. One that is
 * invalid is reported to `warn`, and the one before stays in use.
 */
export function watchWebConfig<T>(
  initial: { readonly config: WebConfig; readonly value: T },
  read: () => Promise<WebConfig>,
  make: (config: WebConfig) => Promise<T>,
  warn: (reason: string) => void,
  uptime: () => number = () => performance.now(),
): () => Promise<T> {
  let { config, value } = initial;
  let stamp = stampOf(config.files);
  let checked = uptime();
  let running: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const next = stampOf(config.files);
    if (next === stamp) return;
    stamp = next;
    try {
      const changed = await read();
      value = await make(changed);
      config = changed;
      stamp = stampOf(config.files);
    } catch (error) {
      warn((error as Error).message);
    }
  }

  return async () => {
    if (uptime() - checked >= CHECK_EVERY) {
      checked = uptime();
      running ??= refresh().finally(() => {
        running = undefined;
      });
    }
    await running;
    return value;
  };
}

function stampOf(files: readonly string[]): string {
  return files
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : '';
    })
    .join();
}
