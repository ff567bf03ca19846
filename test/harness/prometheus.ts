import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFileEnd } from './cleanup.ts';
import { freePort } from './free-port.ts';
import { toolPath } from './places.ts';
import { start } from './process.ts';
import { waitFor } from './wait-for.ts';

export type Series = Readonly<Record<string, string>>;

export interface Prometheus {
  readonly url: string;
  /** The series of an instant query with their values, at `time` (unix seconds; now by default). */
  query(promql: string, time?: number): Promise<{ metric: Series; value: number }[]>;
  /** Stops it and restarts it on the same data. */
  restart(): Promise<void>;
}

/** A target to scrape; `instance` is its label. */
export interface Target {
  readonly address: string;
  readonly instance: string;
}

export interface PrometheusOptions {
  /** Its initial data, as OpenMetrics text with a timestamp for each sample. */
  readonly history?: string;
  /** Paths of rule files. */
  readonly rules?: readonly string[];
  /** The server to start; Debian's by default. */
  readonly program?: string;
  /** Out-of-order time window, in Prometheus's notation; none by default. */
  readonly outOfOrder?: string;
  /** Scrape interval, in Prometheus's notation; one second by default. */
  readonly scrapeInterval?: string;
}

/** Starts Debian's Prometheus for the test file, scraping every second and accepting remote writes. */
export async function startPrometheus(
  targets: readonly Target[],
  options: PrometheusOptions = {},
): Promise<Prometheus> {
  const { history, rules = [], program = toolPath('prometheus'), scrapeInterval = '1s' } = options;
  const { outOfOrder = '0s' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'musubi-prometheus-'));
  const port = await freePort();
  const scrape_configs = [
    {
      job_name: 'musubi',
      static_configs: targets.map(({ address, instance }) => ({ targets: [address], labels: { instance } })),
    },
  ];
  const config = {
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval },
    scrape_configs,
    rule_files: rules,
    storage: { tsdb: { out_of_order_time_window: outOfOrder } },
  };
  writeFileSync(join(folder, 'prometheus.json'), JSON.stringify(config));
  onFileEnd(() => rmSync(folder, { recursive: true, force: true }));
  if (history !== undefined) {
    writeFileSync(join(folder, 'history.txt'), history);
    const blocks = [`${folder}/history.txt`, `${folder}/data`];
    execFileSync(toolPath('promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', ...blocks], {
      stdio: 'pipe',
    });
  }
  const url = `http://127.0.0.1:${port}`;
  async function run() {
    const server = start(
      [
        program,
        `--config.file=${folder}/prometheus.json`,
        `--storage.tsdb.path=${folder}/data`,
        '--storage.tsdb.retention.time=10y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
      ],
      { onCleanup: onFileEnd },
    );
    await waitFor(
      async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined),
      () => `Prometheus to be ready: ${server.stderr()}`,
    );
    return server;
  }
  let server = await run();
  return {
    url,
    async query(promql, time) {
      const parameters = new URLSearchParams({
        query: promql,
        ...(time !== undefined && { time: `${time}` }),
      });
      const response = await fetch(`${url}/api/v1/query?${parameters}`);
      const body = (await response.json()) as {
        error?: string;
        data?: { result: { metric: Series; value: [number, string] }[] };
      };
      if (!body.data) throw new Error(`${promql}: ${body.error}`);
      return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async restart() {
      await server.stop();
      server = await run();
    },
  };
}
