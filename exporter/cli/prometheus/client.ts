import { Agent } from 'node:http';
import { field } from '@musubi/agent/http/json-fields';
import { type HttpResponse, request } from '@musubi/agent/http/request';
import { VERSION } from '@musubi/agent/version';
import type { Connection } from './connection.ts';
import { formatFailure, PrometheusError, statusFailure, transportFailure } from './failure.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { parseMatrix, parseTexts, parseVector, type Sample, type Series } from './result.ts';

/** The HTTP API of Prometheus and compatible stores. Times are unix seconds. */
export interface Prometheus {
  readonly url: string;
  /** The current time by the clock of the store. */
  now(): Promise<number>;
  /** The instant vector of an expression, at a time. */
  query(expression: string, time: number): Promise<Sample[]>;
  /** The samples as they were stored: the expression is a range selector such as `up[1h]`. */
  querySamples(expression: string, time: number): Promise<Series[]>;
  /** The values of an expression at each step of a range. */
  queryRange(expression: string, range: { from: number; to: number; step: number }): Promise<Series[]>;
  /** The values of a label on the series that match any selector, from blocks that overlap the range. */
  labelValues(
    label: string,
    selectors: readonly string[],
    range?: { from: number; to: number },
  ): Promise<string[]>;
}

export interface ClientOptions {
  /** Called once for each distinct warning of Prometheus. */
  readonly warn: (text: string) => void;
  /** Aborts requests in progress. */
  readonly stop: AbortSignal;
  readonly maxBytes?: number;
}

/** 100,000 dependencies with all their labels are some 60 MB. */
const MAX_BYTES = 256 << 20;
/** Prometheus runs 20 queries concurrently by default (--query.max-concurrency), and has other users. */
const CONCURRENCY = 6;

/** Each method rejects with a `PrometheusError`. */
export function createPrometheus(connection: Connection, options: ClientOptions): Prometheus {
  const { url, headers, tls, timeout } = connection;
  const { warn, stop, maxBytes = MAX_BYTES } = options;
  const queued = limitConcurrency(CONCURRENCY);
  const warned = new Set<string>();
  const agent = createAgent(new URL(url).protocol);

  /** The `data` of a response. */
  async function call(method: 'GET' | 'POST', path: string, parameters: URLSearchParams): Promise<unknown> {
    const form = `${parameters}`;
    const { protocol, hostname, port, pathname } = new URL(`${url}/api/v1/${path}`);
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeout)]);
    const options = {
      ...tls,
      protocol: protocol as 'http:' | 'https:',
      method,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: method === 'GET' ? `${pathname}?${form}` : pathname,
      agent: await agent,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': `musubi/${VERSION}`,
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(method === 'POST' && { body: form }),
    };
    let response: HttpResponse;
    try {
      response = await request(options, { maxBytes, signal });
    } catch (cause) {
      if (stop.aborted) throw new PrometheusError(url, { kind: 'stopped', text: 'stopped' }, { cause });
      if (signal.aborted) {
        const text = `no response within ${timeout / 1000} s (--prometheus-timeout)`;
        throw new PrometheusError(url, { kind: 'timeout', text }, { cause });
      }
      throw new PrometheusError(url, transportFailure(cause as Error), { cause });
    }
    const body = parseJson(response.text);
    if (response.status !== 200) throw new PrometheusError(url, statusFailure(response, body));
    if (field(body, 'status') !== 'success') throw new PrometheusError(url, formatFailure(response.text));
    for (const text of parseTexts(field(body, 'warnings')) ?? []) {
      if (!warned.has(text)) warn(text);
      warned.add(text);
    }
    return field(body, 'data');
  }

  function parsed<T>(data: unknown, parse: (data: unknown) => T | undefined): T {
    const value = parse(data);
    if (value === undefined) throw new PrometheusError(url, formatFailure(''));
    return value;
  }

  // Prometheus aborts the query at the same time. By POST, because a query may be longer than a URL can be.
  const post = (path: string, parameters: Record<string, string>) =>
    queued(() => call('POST', path, new URLSearchParams({ ...parameters, timeout: `${timeout}ms` })));

  return {
    url,
    async now() {
      const [sample] = parsed(await post('query', { query: 'vector(time())' }), parseVector);
      return parsed(sample?.value, (value) => value as number | undefined);
    },
    async query(expression, time) {
      return parsed(await post('query', { query: expression, time: seconds(time) }), parseVector);
    },
    async querySamples(expression, time) {
      return parsed(await post('query', { query: expression, time: seconds(time) }), parseMatrix);
    },
    async queryRange(expression, { from, to, step }) {
      const range = { start: seconds(from), end: seconds(to), step: seconds(step) };
      return parsed(await post('query_range', { query: expression, ...range }), parseMatrix);
    },
    async labelValues(label, selectors, range) {
      const parameters = new URLSearchParams(selectors.map((text): [string, string] => ['match[]', text]));
      if (range) {
        parameters.set('start', seconds(range.from));
        parameters.set('end', seconds(range.to));
      }
      return parsed(await queued(() => call('GET', `label/${label}/values`, parameters)), parseTexts);
    },
  };
}

async function createAgent(protocol: string): Promise<Agent> {
  const options = { keepAlive: true };
  return protocol === 'https:' ? new (await import('node:https')).Agent(options) : new Agent(options);
}

/** Prometheus stores milliseconds. */
function seconds(time: number): string {
  return `${Math.round(time * 1000) / 1000}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
