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
 * A short text graph: every source with what it depends on below it. A connection within this host, which both
 * its ends report, is shown once, with both names.
 */
export function graphText(entries: readonly Entry[]): string {
  const halves = (direction: string) =>
    entries.filter(({ attributes }) => attributes.direction === direction);
  const outbound = halves('outbound');
  const asked = new Set(outbound.map(({ attributes }) => placeOf(attributes)));
  const inbound = halves('inbound');
  const listening = new Map(inbound.map((half) => [placeOf(half.attributes), half]));
  const lines = [
    ...outbound.map((half) => toLine(half, listening.get(placeOf(half.attributes)))),
    ...inbound.filter(({ attributes }) => !asked.has(placeOf(attributes))).map((half) => toLine(half, half)),
  ].sort(bySourceThenDestination);
  const width = Math.max(0, ...lines.map(({ destination }) => destination.length));

  const text: string[] = [];
  lines.forEach(({ source, destination, figures }, index) => {
    if (lines[index - 1]?.source !== source) text.push(source);
    const branch = lines[index + 1]?.source === source ? '├─▶' : '└─▶';
    text.push(` ${branch} ${destination.padEnd(width)}  ${figures}`);
  });
  return text.map((line) => `${line}\n`).join('');
}

/** `twin` is the destination's half, where there is one to name that end. */
function toLine(half: Entry, twin: Entry | undefined): Line {
  const { attributes } = half;
  const named = attributes['dst.service'] === undefined ? (twin?.attributes ?? attributes) : attributes;
  const endpoint = formatEndpoint(`${attributes['dst.address']}`, Number(attributes['dst.port']));
  const place = `${endpoint}/${attributes['network.transport']}`;
  return {
    source: nameOf(attributes, 'src'),
    destination: named['dst.service'] === undefined ? place : `${nameOf(named, 'dst')}  ${place}`,
    figures: figuresOf(half),
  };
}

/** As the source sees it, whichever end reports: what it sent and what it received. */
function figuresOf({ attributes, open, opened, transmittedBytes = 0, receivedBytes = 0 }: Entry): string {
  const figures = [`${open} open`];
  if (opened > 0) figures.push(`${opened} opened`);
  const [sent, received] =
    attributes.direction === 'outbound'
      ? [transmittedBytes, receivedBytes]
      : [receivedBytes, transmittedBytes];
  if (sent + received > 0) figures.push(`${formatBytes(sent)} sent, ${formatBytes(received)} received`);
  return figures.join(', ');
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
