import type { Endpoint } from './half-edge.ts';
import { distinct } from './order.ts';

/** One end of a joined edge: a service on a host, with the processes and pids that were it in the range. */
export interface MergedEndpoint {
  readonly service: string;
  readonly host: string;
  readonly address: string;
  readonly kind: string;
  readonly site: string;
  readonly processes: readonly string[];
  readonly pids: readonly string[];
  /** The services it might be: reports differ, so none was chosen. */
  readonly candidates: readonly string[];
}

/** One report of an end as it is. */
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

/** What several reports of one end agree on: that end, or the services between which nothing is guessed. */
export type Agreement = {
  readonly endpoint: MergedEndpoint | undefined;
  readonly candidates: readonly string[];
};

/** Merges reports of one end. A report that names no service yields to one that does. */
export function mergeReports(ends: readonly Endpoint[]): Agreement {
  const [only] = ends;
  // Of tens of thousands of ends most are told once.
  if (only && ends.length === 1) return { endpoint: toMergedEndpoint(only), candidates: [] };
  const named = ends.filter((end) => end.service !== '');
  const voters = named.length > 0 ? named : ends;
  const [first] = voters;
  if (!first || !voters.every((end) => end.service === first.service && end.host === first.host)) {
    return { endpoint: undefined, candidates: distinct(voters.map((end) => end.service)) };
  }
  const party = {
    service: first.service,
    host: first.host,
    address: distinct(voters.map((end) => end.address))[0] ?? '',
    kind: distinct(voters.map((end) => end.kind))[0] ?? '',
    site: distinct(ends.map((end) => end.site))[0] ?? '',
    processes: distinct(voters.map((end) => end.process)),
    pids: distinct(voters.map((end) => end.pid)),
    candidates: [],
  };
  return { endpoint: party, candidates: [] };
}
