import type { Endpoint } from './half-edge.ts';
import { distinct } from './order.ts';

/** One endpoint of a joined edge: a service on a host, with its processes and PIDs in the range. */
export interface MergedEndpoint {
  readonly service: string;
  readonly host: string;
  readonly address: string;
  readonly kind: string;
  readonly site: string;
  readonly processes: readonly string[];
  readonly pids: readonly string[];
  /** The possible services: reports differ, so none was chosen. */
  readonly candidates: readonly string[];
}

/** A single report of an endpoint. */
export const toMergedEndpoint = ({
  service,
  host,
  address,
  kind,
  site,
  process,
  pid,
}: Endpoint): MergedEndpoint => ({
  service,
  host,
  address,
  kind,
  site,
  processes: distinct([process]),
  pids: distinct([pid]),
  candidates: [],
});

/** The endpoint that several reports agree on, or the services they name if they disagree. */
export type Agreement = {
  readonly endpoint: MergedEndpoint | undefined;
  readonly candidates: readonly string[];
};

/** Merges reports of one endpoint. Reports that name a service take precedence over those that do not. */
export function mergeReports(reports: readonly Endpoint[]): Agreement {
  const [only] = reports;
  // Most of tens of thousands of endpoints are reported once.
  if (only && reports.length === 1) return { endpoint: toMergedEndpoint(only), candidates: [] };
  const named = reports.filter((end) => end.service !== '');
  const counted = named.length > 0 ? named : reports;
  const [first] = counted;
  if (!first || !counted.every((end) => end.service === first.service && end.host === first.host)) {
    return { endpoint: undefined, candidates: distinct(counted.map((end) => end.service)) };
  }
  const party = {
    service: first.service,
    host: first.host,
    address: distinct(counted.map((end) => end.address))[0] ?? '',
    kind: distinct(counted.map((end) => end.kind))[0] ?? '',
    site: distinct(reports.map((end) => end.site))[0] ?? '',
    processes: distinct(counted.map((end) => end.process)),
    pids: distinct(counted.map((end) => end.pid)),
    candidates: [],
  };
  return { endpoint: party, candidates: [] };
}
