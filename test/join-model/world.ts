/** What really happens in an estate. Times are in seconds since the start of the history. */

/** `from` is inclusive, `until` exclusive. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface Host {
  readonly name: string;
  readonly site?: string | undefined;
  /** When its agent runs: each span is a process of its own. */
  readonly agent: readonly Span[];
  /** When scrapes of its agent fail although it runs. */
  readonly unreachable: readonly Span[];
  /** How far its clock is ahead, in seconds. */
  readonly skew: number;
  /** The jobs that scrape it. */
  readonly jobs: readonly string[];
  /** The second of the scrape interval in which it is scraped. */
  readonly scrapeDelay: number;
}

export interface Process {
  readonly service: string;
  readonly pid: number;
  readonly host: Host;
  readonly netns: number;
  /** The address from which it connects, or at which it listens. */
  readonly address: string;
  /** The port on which it listens. */
  readonly port?: number;
  /** Its arguments, if they are more than its name. */
  readonly command?: string;
  readonly runs: Span;
}

export interface Connection {
  readonly client: Process;
  /** The process that accepts it, or would. */
  readonly server: Process;
  readonly at: number;
  readonly until: number;
  /** Refused, while the server did not run. */
  readonly failed: boolean;
  /** A port forwarder on the client's host, at a loopback address, that it goes through. */
  readonly through?: Process | undefined;
}

export interface World {
  readonly hosts: readonly Host[];
  readonly processes: readonly Process[];
  readonly connections: readonly Connection[];
  /** When no rules are evaluated. */
  readonly halted: readonly Span[];
  readonly length: number;
}

export const isIn = (time: number, { from, until }: Span): boolean => time >= from && time < until;
