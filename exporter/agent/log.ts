type Fields = Readonly<Record<string, string | number | boolean>>;

/** One line for each event: `level=warn msg="…" key=value`. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A log that counts what it could not write, such as on a full disk. */
export interface CountingLog extends Log {
  /** Lines lost since the start. */
  readonly lost: number;
}

/** In order of severity. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export const LOG_FORMATS = ['logfmt', 'json'] as const;

export interface LogOptions {
  /** Lines below it are not written. */
  readonly level?: (typeof LOG_LEVELS)[number];
  readonly format?: (typeof LOG_FORMATS)[number];
}

/**
 * A log for service managers. Lines have no timestamp: systemd, Docker and Kubernetes add it. `write` returns false for
 * a line that is lost; the number of lost lines is logged once writing succeeds again.
 */
export function createLog(
  write: (line: string) => unknown,
  { level: lowest = 'info', format = 'logfmt' }: LogOptions = {},
): CountingLog {
  const toLine = format === 'json' ? JSON.stringify : logfmt;
  let lost = 0;
  let reported = 0;

  const put = (fields: Fields) => write(`${toLine(fields)}\n`) !== false;

  function reportLost(): boolean {
    if (reported === lost) return true;
    const lines = lost - reported;
    if (!put({ level: 'warn', msg: 'log lines were lost because they could not be written', lines }))
      return false;
    reported = lost;
    return true;
  }

  const at =
    (level: (typeof LOG_LEVELS)[number]) =>
    (msg: string, fields: Fields = {}) => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(lowest)) return;
      if (!(reportLost() && put({ level, msg, ...fields }))) lost++;
    };
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    get lost() {
      return lost;
    },
  };
}

function logfmt(fields: Fields): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${quote(String(value))}`)
    .join(' ');
}

/** A log for interactive commands: a sentence, with its fields in brackets. */
export function createPlainLog(write: (line: string) => void): Log {
  const at =
    (prefix: string) =>
    (message: string, fields: Fields = {}) => {
      const details = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
      write(`${prefix}${message}${details.length > 0 ? ` (${details.join('; ')})` : ''}\n`);
    };
  return { info: at(''), warn: at('note: '), error: at('error: ') };
}

function quote(value: string): string {
  return /^[^\s"=\\\p{C}]+$/u.test(value) ? value : JSON.stringify(value);
}
