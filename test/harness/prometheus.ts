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
}

/** A target to scrape; `instance` is its label. */
export interface Target {
  readonly address: string;
  readonly instance: string;
}

/** Starts Debian's Prometheus for the test file, scraping every second, taking remote writes as well. */
export async function startPrometheus(targets: readonly Target[]): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'musubi-prometheus-'));
  const port = await freePort();
  const scrape_configs = [
    {
      job_name: 'musubi',
      static_configs: targets.map(({ address, instance }) => ({ targets: [address], labels: { instance } })),
    },
  ];
  const config = { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs };
  writeFileSync(join(folder, 'prometheus.json'), JSON.stringify(config));
  onFileEnd(() => rmSync(folder, { recursive: true, force: true }));
  const server = start(
    [
      toolPath('prometheus'),
      `--config.file=${folder}/prometheus.json`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    ],
    { onCleanup: onFileEnd },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined),
    () => `Prometheus to be ready: ${server.stderr()}`,
  );
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
  };
}
