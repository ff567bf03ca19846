/**
 * A synthetic estate: hosts at sites, services on some of them each, and the series that their exporters and the
 * recording rules have at any time, to be written as OpenMetrics and loaded by
 * `promtool tsdb create-blocks-from openmetrics`. The same sizes give the same estate.
 */

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RECORDED } from '@musubi/contract/recorded-series';
import type { ExpectedEdge } from '../../exporter/cli/expect/expectations.ts';
import { edgeKey } from '../../exporter/cli/joined/edge.ts';

export type Labels = Readonly<Record<string, string>>;

export interface EstateSize {
  readonly hosts: number;
  readonly services: number;
  /** Edges between processes, that is, between a source and a destination address. */
  readonly edges: number;
}

/** The size of the bars: 20,000 half-edges. */
export const WHOLE_ESTATE: EstateSize = { hosts: 2000, services: 500, edges: 10_500 };

/** A process of a service on a host. */
interface Member {
  readonly service: string;
  readonly pid: string;
  readonly port: string;
  readonly host: string;
  readonly address: string;
  readonly site: string;
}

interface Edge {
  readonly src: Member;
  readonly dst: Member;
  readonly reporters: 'both' | 'source' | 'destination';
}

export interface Estate {
  readonly members: readonly Member[];
  readonly edges: readonly Edge[];
}

/** A series with its value at a time (unix seconds), if any. */
export interface Series {
  readonly labels: Labels;
  readonly value: (time: number) => number | undefined;
}

const SITES = 10;
/** Number of services that a service depends on. */
const DEPENDENCIES = 4;
/** One in so many edges is reported by its source alone, and as many by their destination. */
const ONE_SIDED = 10;
/** One in so many edges opens connections continuously, another fails now and then. */
const BUSY = 2;
const FAILING = 20;
/** Seconds between two connections of the other edges; one of them is a nightly job. */
const PAUSES = [300, 3600, 86_400] as const;

/** Each host of a service connects to some hosts of each service that it depends on. */
export function makeEstate({ hosts, services, edges }: EstateSize): Estate {
  const members = Array.from({ length: hosts }, (_, at) => member(at, at % services));
  const perService = Math.ceil(hosts / services);
  const made: Edge[] = [];
  for (let round = 0; made.length < edges; round++) {
    for (let at = 0; at < hosts && made.length < edges; at++) {
      const callee = (at % services) + 1 + (round % DEPENDENCIES) * 7;
      const replica = Math.floor(at / services) + Math.floor(round / DEPENDENCIES);
      const [src, dst] = [members[at], members[(callee % services) + services * (replica % perService)]];
      if (src && dst) made.push({ src, dst, reporters: reporters(made.length) });
    }
  }
  return { members, edges: made };
}

function member(at: number, service: number): Member {
  return {
    service: `service-${service}`,
    pid: `${1000 + at}`,
    port: `${8000 + service}`,
    host: `host-${at}.example.net`,
    address: `10.${at >> 8}.${at & 255}.7`,
    site: `site-${at % SITES}`,
  };
}

function reporters(at: number): Edge['reporters'] {
  if (at % ONE_SIDED === 3) return 'source';
  return at % ONE_SIDED === 7 ? 'destination' : 'both';
}

function end(side: 'src' | 'dst', { service, pid, host, address, site }: Member): Labels {
  return {
    [`${side}_service`]: service,
    [`${side}_process`]: service,
    [`${side}_pid`]: pid,
    [`${side}_host`]: host,
    [`${side}_address`]: address,
    [`${side}_site`]: site,
    [`${side}_kind`]: 'process',
  };
}

/** The exporters' edge metrics that the rules read, since `from`. */
export function* rawSeries({ members, edges }: Estate, from: number): Generator<Series> {
  for (const { labels, opened, failed } of halfEdges({ members, edges }, from)) {
    const named = (name: string) => ({ __name__: `service_dependency_${name}`, job: 'musubi', ...labels });
    yield { labels: named('start_time_seconds'), value: () => from };
    yield { labels: named('connection_opened_total'), value: opened };
    yield { labels: named('active_connections'), value: () => 1 };
    yield { labels: named('last_seen_seconds'), value: (time) => time };
    if (failed)
      yield { labels: { ...named('connection_failed_total'), error_type: 'timeout' }, value: failed };
  }
  yield* listenSeries(members);
}

/** The exporters' own metrics that the rules read, since `from`. */
export function* exporterSeries({ members }: Estate, from: number): Generator<Series> {
  for (const { host } of members) {
    const named = (name: string) => ({ __name__: name, job: 'musubi', instance: host });
    yield { labels: named('musubi_collection_cycles_total'), value: (time) => Math.floor((time - from) / 2) };
    yield { labels: named('musubi_collection_cycles_failed_total'), value: () => 0 };
    yield { labels: { ...named('target_info'), host_name: host }, value: () => 1 };
  }
}

/** All service edges with both endpoints. */
export function expectedOf({ edges }: Estate): ExpectedEdge[] {
  const complete = edges.filter(({ reporters }) => reporters !== 'destination');
  const all = complete.map(({ src, dst }) => ({
    src: { name: src.service, site: src.site },
    dst: { name: dst.service, site: dst.site },
    transport: 'tcp',
    port: Number(dst.port),
    maxGap: 300,
  }));
  return [...new Map(all.map((edge) => [edgeKey(edge), edge])).values()];
}

/** The recorded state of each half-edge between two evaluations. */
export function* keptSeries(estate: Estate, from: number): Generator<Series> {
  for (const { labels: exported, opened } of halfEdges(estate, from)) {
    const { instance: _, ...labels } = exported;
    const named = (name: string) => ({ __name__: `musubi:half_edge:${name}`, ...labels });
    yield { labels: named('start_time_seconds'), value: () => from };
    yield { labels: named('connections_opened'), value: opened };
  }
}

interface HalfEdge {
  readonly labels: Labels & { readonly instance: string };
  readonly opened: Series['value'];
  readonly failed: Series['value'] | undefined;
}

function* halfEdges({ edges }: Estate, from: number): Generator<HalfEdge> {
  for (const [at, { src, dst, reporters }] of edges.entries()) {
    const flow = { network_transport: 'tcp', dst_port: dst.port };
    const sum = {
      opened: sumOf(pauseOf(at), from),
      failed: at % FAILING === 0 ? sumOf(120, from) : undefined,
    };
    const [source, destination] = [end('src', src), end('dst', dst)];
    if (reporters !== 'destination') {
      const far = { dst_address: dst.address, dst_kind: 'unknown' };
      yield { labels: { instance: src.host, direction: 'outbound', ...flow, ...source, ...far }, ...sum };
    }
    if (reporters !== 'source') {
      const far = { src_address: src.address, src_kind: 'unknown' };
      yield { labels: { instance: dst.host, direction: 'inbound', ...flow, ...destination, ...far }, ...sum };
    }
  }
}

function pauseOf(at: number): number {
  return at % BUSY === 0 ? 15 : (PAUSES[at % PAUSES.length] ?? 300);
}

const sumOf = (pause: number, from: number) => (time: number) =>
  Math.max(0, Math.floor((time - from) / pause));

/** Each service listens on all addresses of its host, and so does its sshd. */
function* listenSeries(members: readonly Member[]): Generator<Series> {
  for (const member of members) {
    for (const address of ['0.0.0.0', '127.0.0.1', '172.17.0.1', member.address]) {
      for (const [service, port] of [
        [member.service, member.port],
        ['sshd', '22'],
      ] as const) {
        const labels = {
          __name__: 'service_dependency_listen',
          job: 'musubi',
          instance: member.host,
          network_transport: 'tcp',
          dst_port: port,
          ...end('dst', { ...member, service, address }),
        };
        yield { labels, value: () => 1 };
      }
    }
  }
}

/**
 * The joined edges as the rules record them since `from`: every `interval` seconds, or every hour, with `form` in their
 * names. Sparse series have a sample only where something was counted.
 */
export function* joinedSeries(
  { edges }: Estate,
  from: number,
  interval: number,
  form?: (series: string) => string,
): Generator<Series> {
  const nameOf = (series: string) => form?.(series) ?? series;
  const services = new Map<string, { readonly labels: Labels; readonly pauses: number[] }>();
  for (const [at, { src, dst, reporters }] of edges.entries()) {
    const flow = { network_transport: 'tcp', dst_port: dst.port };
    const observer = reporters === 'both' ? 'both' : reporters;
    const known = {
      ...(reporters === 'destination' ? { src_address: src.address, src_kind: 'unknown' } : end('src', src)),
      ...end('dst', dst),
    };
    const pause = pauseOf(at);
    const lastUse = (time: number) => from + Math.floor((time - from) / pause) * pause;
    // An edge is recorded for 5 m after its last use.
    const isRecorded = (time: number) => time - lastUse(time) <= 300 + interval;
    yield {
      labels: { __name__: nameOf(RECORDED.edgeLastSeen), ...flow, ...known, observer },
      value: (time) => (isRecorded(time) ? lastUse(time) : undefined),
    };
    const source =
      reporters === 'destination'
        ? { src_service: src.address }
        : { src_service: src.service, src_site: src.site };
    const labels = { ...flow, ...source, dst_service: dst.service, dst_site: dst.site };
    const key = JSON.stringify(labels);
    const entry = services.get(key) ?? { labels, pauses: [] as number[] };
    entry.pauses.push(pause);
    services.set(key, entry);
  }
  for (const { labels, pauses } of services.values()) {
    const named = (name: string) => ({ __name__: nameOf(`musubi:service_edge:${name}`), ...labels });
    const lastUse = (time: number) =>
      Math.max(...pauses.map((pause) => from + Math.floor((time - from) / pause) * pause));
    const opened = (time: number) =>
      pauses.reduce((sum, pause) => {
        const count = sumOf(pause, from);
        return sum + count(time) - count(time - interval);
      }, 0);
    yield {
      labels: named('last_seen_seconds'),
      value: (time) => (time - lastUse(time) <= 300 + interval ? lastUse(time) : undefined),
    };
    yield {
      labels: { ...named('connections_opened:increase'), observer: 'source' },
      value: (time) => opened(time) || undefined,
    };
  }
  if (form) yield { labels: { __name__: RECORDED.hourlyTimestamp }, value: (time) => time };
}

/** Times from `from` to `to` (unix seconds, both whole multiples of `step`). */
export interface Times {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Series with the times of their samples. */
export interface Recorded {
  readonly series: Iterable<Series>;
  readonly times: Times;
}

/** Writes an OpenMetrics text file (https://openmetrics.io), as promtool reads it. */
export async function writeOpenMetrics(path: string, recorded: readonly Recorded[]): Promise<void> {
  await pipeline(Readable.from(openMetrics(recorded)), createWriteStream(path));
}

function* openMetrics(recorded: readonly Recorded[]): Generator<string> {
  for (const { series, times } of recorded) {
    for (const { labels, value } of series) {
      const name = nameOf(labels);
      let lines = '';
      for (let time = times.from; time <= times.to; time += times.step) {
        const known = value(time);
        if (known !== undefined) lines += `${name} ${known} ${time}\n`;
      }
      yield lines;
    }
  }
  yield '# EOF\n';
}

function nameOf({ __name__ = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${__name__}{${pairs.join(',')}}`;
}
