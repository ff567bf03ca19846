import type { Host } from './network.ts';
import { MUSUBI, NODE } from './places.ts';
import { type Running, type StartOptions, start } from './process.ts';
import { waitFor } from './wait-for.ts';

export interface Exporter {
  readonly host: Host;
  readonly running: Running;
  readonly url: string;
  /** The text page, as Prometheus scrapes it. */
  metrics(): Promise<string>;
  /** Resolves once a cycle has started and ended after this call, so that everything on the host has been seen. */
  cycle(): Promise<void>;
}

export const EXPORTER_PORT = 9464;

/** Starts an agent on this machine by its command, and resolves once it runs. */
export async function startAgent(command: readonly [string, ...string[]]) {
  const running = start(command);
  const [, capture, url = ''] = await waitFor(
    () => /agent started" capture=(\w+) .*metrics=(\S+)/.exec(running.stderr()) ?? undefined,
    () => `the agent: ${running.stderr()}`,
  );
  return { running, capture, url, metrics: async () => (await fetch(url)).text() };
}

/** Starts an agent on a host of the test network that observes this host only, at a short interval. */
export async function startExporter(
  host: Host,
  flags: readonly string[] = [],
  options: StartOptions = {},
): Promise<Exporter> {
  const listen = `${host.address}:${EXPORTER_PORT}`;
  const common = [
    '--netns',
    'self',
    '--interval',
    '100ms',
    '--host-name',
    host.name,
    '--web.listen-address',
    listen,
  ];
  const running = host.start([NODE, MUSUBI, 'agent', ...common, ...flags], options);
  const url = `http://${listen}/metrics`;
  const metrics = async () => (await fetch(url)).text();
  const cycles = async () =>
    Number(/^musubi_collection_cycles_total (\d+)$/m.exec(await metrics())?.[1] ?? 0);
  await waitFor(
    async () => (await cycles()) > 0 || undefined,
    () => `the exporter on ${host.name}: ${running.stderr()}`,
  );
  return {
    host,
    running,
    url,
    metrics,
    async cycle() {
      const before = await cycles();
      await waitFor(
        async () => (await cycles()) >= before + 2 || undefined,
        'a collection cycle of the exporter',
      );
    },
  };
}
