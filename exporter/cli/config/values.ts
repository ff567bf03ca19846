/** Parsers of configuration values. Each throws an `Error` that says what a right value looks like. */
import { statSync } from 'node:fs';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** As `parseSpan`, for what a timer waits. */
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
    throw new Error('is no duration such as 5s or 1m30s');
  }
  return milliseconds;
}

/** A whole number of milliseconds above zero, as the OpenTelemetry variables have it. */
export function parseMilliseconds(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new Error('is no whole number of milliseconds above 0');
  return checkTimer(Number(text));
}

/** Timers hold 31 bits; a longer one would fire at once. */
function checkTimer(milliseconds: number): number {
  if (milliseconds >= 2 ** 31) throw new Error('is longer than 24 days');
  return milliseconds;
}

/** `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`; port 0 takes a free one. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) throw new Error('is no address and port such as 127.0.0.1:9464');
  return { host: match[1] ?? match[2] ?? '', port };
}

/** An `http` or `https` URL. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error('is no URL such as http://127.0.0.1:4317');
  }
  return text;
}

/** A whole number above zero. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new Error('is no whole number above 0');
  return Number(text);
}

/** Text that is not empty. */
export function parseText(text: string): string {
  if (text.trim() === '') throw new Error('is empty');
  return text;
}

/** The path of a folder that is there. */
export function parseFolder(text: string): string {
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory()) throw new Error('is no folder');
  return text;
}

/** A parser for one of some words. */
export function oneOf<const T extends readonly string[]>(...words: T): (text: string) => T[number] {
  return (text) => {
    if (!words.includes(text)) throw new Error(`is none of ${words.join(', ')}`);
    return text;
  };
}

/** `true` or `false`. */
export function parseBoolean(text: string): boolean {
  return oneOf('true', 'false')(text) === 'true';
}
