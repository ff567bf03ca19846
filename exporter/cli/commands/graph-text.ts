import { ERROR_TYPES } from '@musubi/agent/capture/capture';
import type { Attributes, AttributeValue } from '@musubi/agent/metrics/edge-attributes';
import type { LedgerEntry } from '@musubi/agent/metrics/ledger';
import { formatEndpoint } from '@musubi/agent/net/address';
import { displayText } from '@musubi/agent/text/display-text';
import { parsePort, portName } from '@musubi/contract/port';
import { failureTexts } from '../joined/failures.ts';

interface Line {
  readonly source: string;
  /** Whether the source is known to depend on the destination. */
  readonly directed: boolean;
  readonly destination: string;
  readonly figures: string;
}

/**
 * A text graph: every source with the destinations it depends on. A connection within this host, reported by both
 * endpoints, is shown once with both names. One of unknown direction is shown unless a directed one covers it.
 */
export function graphText(entries: readonly LedgerEntry[]): string {
  const halves = (direction: string) =>
    entries.filter(({ attributes }) => attributes.direction === direction);
  const outbound = halves('outbound');
  const connected = new Set(outbound.map(({ attributes }) => joinKeyOf(attributes)));
  const inbound = halves('inbound');
  const accepted = new Map(inbound.map((half) => [joinKeyOf(half.attributes), half]));
  const directed = new Set([...outbound, ...inbound].map(peerOf));
  const undirected = halves('unknown').filter((half) => !directed.has(peerOf(half)));
  const lines = [
    ...outbound.map((half) => toLine(half, accepted.get(joinKeyOf(half.attributes)))),
    ...inbound
      .filter(({ attributes }) => !connected.has(joinKeyOf(attributes)))
      .map((half) => toLine(half, half)),
    ...undirected.map(toUndirectedLine),
  ].sort(bySourceThenDestination);
  const width = Math.max(0, ...lines.map(({ destination }) => destination.length));

  const text: string[] = [];
  lines.forEach(({ source, directed, destination, figures }, index) => {
    if (lines[index - 1]?.source !== source) text.push(source);
    const branch = lines[index + 1]?.source === source ? '├─' : '└─';
    text.push(` ${branch}${directed ? '▶' : '─'} ${destination.padEnd(width)}  ${figures}`);
  });
  return text.map((line) => `${line}\n`).join('');
}

/** `twin` is the destination's half-edge, which may know that endpoint's name. */
function toLine(half: LedgerEntry, twin: LedgerEntry | undefined): Line {
  const { attributes } = half;
  const named = attributes['dst.service'] === undefined ? (twin?.attributes ?? attributes) : attributes;
  const name = named['dst.service'] === undefined ? '' : nameOf(named, 'dst');
  return {
    source: nameOf(attributes, 'src'),
    directed: true,
    destination: [name, endpointOf(attributes)].filter(Boolean).join('  '),
    figures: figuresOf(half),
  };
}

/** The client is unknown, so it is listed below this host's endpoint. */
function toUndirectedLine(half: LedgerEntry): Line {
  const { attributes } = half;
  const position = `${endpointOf(attributes)}, direction unknown`;
  return {
    source: nameOf(attributes, 'dst'),
    directed: false,
    destination: `${nameOf(attributes, 'src')}  at ${position}`,
    figures: figuresOf(half),
  };
}

/** The destination's socket: `10.0.0.1:80/tcp`, `unix /run/db.sock`, `port 443/tcp` without an address. */
function endpointOf(attributes: Attributes): string {
  const { 'network.transport': transport, 'dst.address': address, 'dst.port': label } = attributes;
  const port = parsePort(label === undefined ? undefined : `${label}`);
  if (typeof port === 'string') return [address, `${portName(port)}/${transport}`].filter(Boolean).join(' ');
  if (address === undefined) return port === undefined ? '' : `port ${port}/${transport}`;
  if (port === undefined) return `${transport} ${displayText(`${address}`)}`;
  return `${formatEndpoint(`${address}`, port)}/${transport}`;
}

/** Bytes sent and received by the endpoint shown first, whichever reports. */
function figuresOf({
  attributes,
  open,
  opened,
  failed,
  transmittedBytes = 0,
  receivedBytes = 0,
}: LedgerEntry): string {
  const figures = [`${open} open`];
  if (opened > 0) figures.push(`${opened} opened`);
  if (failed) figures.push(...failuresOf(failed));
  const [sent, received] =
    attributes.direction === 'inbound'
      ? [receivedBytes, transmittedBytes]
      : [transmittedBytes, receivedBytes];
  if (sent + received > 0) figures.push(`${formatBytes(sent)} sent, ${formatBytes(received)} received`);
  return figures.join(', ');
}

function failuresOf(failed: readonly number[]): string[] {
  return failureTexts(Object.fromEntries(ERROR_TYPES.map((reason, at) => [reason, failed[at] ?? 0])), String);
}

function nameOf(attributes: Attributes, end: 'src' | 'dst'): string {
  const { [`${end}.service`]: service, [`${end}.pid`]: pid } = attributes;
  if (service !== undefined) return [displayText(`${service}`), pidText(pid)].filter(Boolean).join(' ');
  return attributes[`${end}.host`] === undefined ? `${attributes[`${end}.address`]}` : '(unknown process)';
}

function pidText(pid: AttributeValue | undefined): string {
  if (pid === undefined) return '';
  return pid === 'many' ? '(many pids)' : `(pid ${pid})`;
}

/** The attributes that both half-edges of an edge share; half-edges without addresses never match. */
function joinKeyOf(attributes: Attributes): string {
  const names = ['network.transport', 'src.address', 'dst.address', 'dst.port'];
  if (attributes['dst.address'] === undefined) names.push('direction');
  return JSON.stringify(names.map((name) => attributes[name]));
}

/** A service of this host, its peer and the port. The peer is its address, or a name that many addresses share. */
function peerOf({ attributes }: LedgerEntry): string {
  const [local, remote] = attributes.direction === 'outbound' ? ['src', 'dst'] : ['dst', 'src'];
  const peer = attributes[`${remote}.address`] === undefined ? `${remote}.service` : `${remote}.address`;
  const names = ['network.transport', 'dst.port', `${local}.service`, peer];
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
  // Decided after rounding: 999,999 is 1.0 MB, not 1000 kB.
  for (; Math.round(value) >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}
