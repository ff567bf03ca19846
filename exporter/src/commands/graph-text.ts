import type { Attributes } from '../metrics/edge-attributes.ts';
import type { Entry } from '../metrics/ledger.ts';
import { formatEndpoint } from '../net/address.ts';
import { displayText } from './display-text.ts';

interface Line {
  readonly source: string;
  readonly destination: string;
  readonly figures: string;
}

/**
 * A short text graph: every source with what it depends on below it. A connection within this host is shown
 * once, from its source.
 */
export function graphText(entries: readonly Entry[]): string {
  const outbound = entries.filter(({ attributes }) => attributes.direction === 'outbound');
  const told = new Set(outbound.map(({ attributes }) => placeOf(attributes)));
  const inbound = entries.filter(
    ({ attributes }) => attributes.direction === 'inbound' && !told.has(placeOf(attributes)),
  );
  const lines = [...outbound, ...inbound].map(toLine).sort(bySourceThenDestination);
  const width = Math.max(0, ...lines.map(({ destination }) => destination.length));

  const text: string[] = [];
  lines.forEach(({ source, destination, figures }, index) => {
    if (lines[index - 1]?.source !== source) text.push(source);
    const branch = lines[index + 1]?.source === source ? '├─▶' : '└─▶';
    text.push(` ${branch} ${destination.padEnd(width)}  ${figures}`);
  });
  return text.map((line) => `${line}\n`).join('');
}

function toLine({ attributes, open, opened, transmittedBytes, receivedBytes }: Entry): Line {
  const port = `${formatEndpoint(`${attributes['dst.address']}`, Number(attributes['dst.port']))}/${attributes['network.transport']}`;
  const bytes =
    transmittedBytes === undefined || receivedBytes === undefined
      ? ''
      : `, ${formatBytes(transmittedBytes)} sent, ${formatBytes(receivedBytes)} received`;
  return {
    source: nameOf(attributes, 'src'),
    destination: `${attributes['dst.service'] === undefined ? '' : `${nameOf(attributes, 'dst')}  `}${port}`,
    figures: `${open} open, ${opened} opened${bytes}`,
  };
}

function nameOf(attributes: Attributes, end: 'src' | 'dst'): string {
  const service = attributes[`${end}.service`];
  if (service === undefined) {
    return attributes[`${end}.host`] === undefined ? `${attributes[`${end}.address`]}` : '(unknown process)';
  }
  return `${displayText(`${service}`)} (pid ${attributes[`${end}.pid`]})`;
}

function placeOf(attributes: Attributes): string {
  const names = ['network.transport', 'src.address', 'dst.address', 'dst.port'];
  return JSON.stringify(names.map((name) => attributes[name]));
}

function bySourceThenDestination(a: Line, b: Line): number {
  return a.source.localeCompare(b.source) || a.destination.localeCompare(b.destination);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in decimal units: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // By what is shown: 999,999 is 1.0 MB, not 1000 kB.
  for (; Math.round(value) >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}
