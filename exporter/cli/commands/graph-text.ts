import { FAILURES } from '@musubi/agent/capture/capture';
import type { Attributes, AttributeValue } from '@musubi/agent/metrics/edge-attributes';
import type { Entry } from '@musubi/agent/metrics/ledger';
import { formatEndpoint } from '@musubi/agent/net/address';
import { displayText } from '@musubi/agent/text/display-text';

interface Line {
  readonly source: string;
  /** Whether the source is known to depend on the destination. */
  readonly directed: boolean;
  readonly destination: string;
  readonly figures: string;
}

/**
 * A short text graph: every source with what it depends on below it. A connection within this host, which both
 * its ends report, is shown once, with both names. One of unknown direction is shown where no other tells it.
 */
export function graphText(entries: readonly Entry[]): string {
  const halves = (direction: string) =>
    entries.filter(({ attributes }) => attributes.direction === direction);
  const outbound = halves('outbound');
  const asked = new Set(outbound.map(({ attributes }) => placeOf(attributes)));
  const inbound = halves('inbound');
  const listening = new Map(inbound.map((half) => [placeOf(half.attributes), half]));
  const directed = new Set([...outbound, ...inbound].map(peerOf));
  const undirected = halves('unknown').filter((half) => !directed.has(peerOf(half)));
  const lines = [
    ...outbound.map((half) => toLine(half, listening.get(placeOf(half.attributes)))),
    ...inbound.filter(({ attributes }) => !asked.has(placeOf(attributes))).map((half) => toLine(half, half)),
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

/** `twin` is the destination's half, where there is one to name that end. */
function toLine(half: Entry, twin: Entry | undefined): Line {
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

/** Which end asks is not known, so it is shown below the end that is this host's own. */
function toUndirectedLine(half: Entry): Line {
  const { attributes } = half;
  const place = `${endpointOf(attributes)}, direction unknown`;
  return {
    source: nameOf(attributes, 'dst'),
    directed: false,
    destination: `${nameOf(attributes, 'src')}  at ${place}`,
    figures: figuresOf(half),
  };
}

/** Where the destination listens: `10.0.0.1:80/tcp`, `unix /run/db.sock`, `port 443/tcp` of one without address. */
function endpointOf(attributes: Attributes): string {
  const { 'network.transport': transport, 'dst.address': address, 'dst.port': port } = attributes;
  if (address === undefined) return port === undefined ? '' : `port ${port}/${transport}`;
  if (port === undefined) return `${transport} ${displayText(`${address}`)}`;
  return `${formatEndpoint(`${address}`, Number(port))}/${transport}`;
}

/** As the end shown first sees it, whichever reports: what it sent and what it received. */
function figuresOf({
  attributes,
  open,
  opened,
  failed,
  transmittedBytes = 0,
  receivedBytes = 0,
}: Entry): string {
  const figures = [`${open} open`];
  if (opened > 0) figures.push(`${opened} opened`);
  if (failed) figures.push(failuresOf(failed));
  const [sent, received] =
    attributes.direction === 'inbound'
      ? [receivedBytes, transmittedBytes]
      : [transmittedBytes, receivedBytes];
  if (sent + received > 0) figures.push(`${formatBytes(sent)} sent, ${formatBytes(received)} received`);
  return figures.join(', ');
}

/** `3 failed (2 refused, 1 host unreachable)` */
function failuresOf(failed: readonly number[]): string {
  const reasons = FAILURES.map((reason, at) => [failed[at] ?? 0, reason.replaceAll('_', ' ')] as const)
    .filter(([count]) => count > 0)
    .map(([count, reason]) => `${count} ${reason}`);
  return `${failed.reduce((sum, count) => sum + count, 0)} failed (${reasons.join(', ')})`;
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

/** What the two halves of an edge have in common; those without addresses never meet. */
function placeOf(attributes: Attributes): string {
  const names = ['network.transport', 'src.address', 'dst.address', 'dst.port'];
  if (attributes['dst.address'] === undefined) names.push('direction');
  return JSON.stringify(names.map((name) => attributes[name]));
}

/** With whom a service of this host talks, on which port. Many may have no address but the name they share. */
function peerOf({ attributes }: Entry): string {
  const [own, far] = attributes.direction === 'outbound' ? ['src', 'dst'] : ['dst', 'src'];
  const peer = attributes[`${far}.address`] === undefined ? `${far}.service` : `${far}.address`;
  const names = ['network.transport', 'dst.port', `${own}.service`, peer];
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
