type Fields = Readonly<Record<string, string | number | boolean>>;

/** One line for each event: `level=warn msg="…" key=value`. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A log in logfmt. Lines have no timestamp: systemd, Docker and Kubernetes add it. */
export function createLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      const pairs = Object.entries({ level, msg: message, ...fields });
      write(`${pairs.map(([key, value]) => `${key}=${quote(String(value))}`).join(' ')}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
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
