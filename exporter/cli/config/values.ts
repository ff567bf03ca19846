/** Parsers of configuration values. Each throws an `Error` whose message contains what was expected. */
import { statSync } from 'node:fs';

/** As long as a host name can be. */
const MAX_LABEL = 253;

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Like `parseSpan`, for timers. */
export function parseDuration(text: string): number {
  return checkTimer(parseSpan(text));
}

/** `500ms`, `5s`, `1m30s`, `2h`, `14d`, `1y` to milliseconds, as Prometheus writes durations; more than zero. */
export function parseSpan(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d|w|y)/g)];
  const milliseconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (MILLISECONDS[unit ?? ''] ?? 0),
    0,
  );
  if (parts.map(([part]) => part).join('') !== text || milliseconds <= 0) {
    throw new Error('expected a duration such as 5s or 1m30s');
  }
  return milliseconds;
}

/** A positive integer of milliseconds, as in the OpenTelemetry variables. */
export function parseMilliseconds(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new Error('expected a positive integer of milliseconds');
  return checkTimer(Number(text));
}

/** Node's timers hold 31 bits; a longer one fires at once. */
function checkTimer(milliseconds: number): number {
  if (milliseconds >= 2 ** 31) throw new Error('expected at most 24 days');
  return milliseconds;
}

/** `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`; port 0 selects a free one. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) throw new Error('expected an address and port such as 127.0.0.1:9464');
  return { host: match[1] ?? match[2] ?? '', port };
}

/** Host names separated by commas; `all` for any, `none` for an empty list. */
export function parseHosts(text: string): readonly string[] | 'all' {
  if (text === 'all') return text;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[\w-]{1,63}(\.[\w-]{1,63})*$/.test(name) && name.length < 254))
    throw new Error('expected host names such as web-7.example.com, separated by commas, or all');
  return names;
}

/** An `http` or `https` URL. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error('expected a URL such as http://127.0.0.1:4317');
  }
  return text;
}

/** A positive integer. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new Error('expected a positive integer');
  return Number(text);
}

/** Text with at least one visible character. */
export function parseText(text: string): string {
  if (text.trim() === '') throw new Error('expected a value that is not empty');
  return text;
}

/** A name that becomes a label of every series. */
export function parseLabel(text: string): string {
  if (text.length > MAX_LABEL) throw new Error(`expected at most ${MAX_LABEL} characters`);
  return parseText(text);
}

/** The path of an existing directory. */
export function parseDirectory(text: string): string {
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory())
    throw new Error('expected an existing directory');
  return text;
}

/** A parser that accepts one of these words. */
export function oneOf<const T extends readonly string[]>(...words: T): (text: string) => T[number] {
  return (text) => {
    if (!words.includes(text)) throw new Error(`expected one of ${words.join(', ')}`);
    return text;
  };
}

/** `true` or `false`. */
export function parseBoolean(text: string): boolean {
  return oneOf('true', 'false')(text) === 'true';
}
