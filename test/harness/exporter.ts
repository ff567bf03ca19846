import type { Host } from './network.ts';
import { MUSUBI, NODE } from './places.ts';
import { type Running, type StartOptions, start } from './process.ts';
import { waitFor } from './wait-for.ts';

export interface Exporter {
  readonly host: Host;
  readonly running: Running;
  readonly url: string;
  /** The text page as Prometheus gets it. */
  metrics(): Promise<string>;
  /** Resolves once a pass has begun and ended after this call: what is on the host now has been seen. */
  pass(): Promise<void>;
}

export const EXPORTER_PORT = 9464;

/** Starts an agent on this machine by its command, and resolves once it is watching. */
export async function startAgent(command: readonly [string, ...string[]]) {
  const running = start(command);
  const [, capture, url = ''] = await waitFor(
    () => /watching sockets" capture=(\w+) .*metrics=(\S+)/.exec(running.stderr()) ?? undefined,
    () => `the agent: ${running.stderr()}`,
  );
  return { running, capture, metrics: async () => (await fetch(url)).text() };
}

/** Starts an agent on a host of the test network that looks at this host only, often. */
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
  const passes = async () =>
    Number(/^musubi_collection_cycles_total (\d+)$/m.exec(await metrics())?.[1] ?? 0);
  await waitFor(
    async () => (await passes()) > 0 || undefined,
    () => `the exporter on ${host.name}: ${running.stderr()}`,
  );
  return {
    host,
    running,
    url,
    metrics,
    async pass() {
      const before = await passes();
      await waitFor(async () => (await passes()) >= before + 2 || undefined, 'a pass of the exporter');
    },
  };
}
