import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';
import { NODE, ROOT } from './places.ts';
import type { Running } from './process.ts';

const named = (service: string) => ({
  env: { ...process.env, OTEL_SERVICE_NAME: service },
  onCleanup: onFileEnd,
});

/** A service that listens on a port of a host. */
export async function serve(host: Host, service: string, port: number): Promise<Running> {
  const server = host.start([NODE, `${ROOT}/test/workloads/api.mjs`, '0.0.0.0', `${port}`], named(service));
  await server.waitForOutput('listening');
  return server;
}

/** A service on a host that holds so many connections to a port of another; see `test/workloads/web.mjs`. */
export async function call(
  host: Host,
  service: string,
  to: Host,
  port: number,
  connections = 1,
): Promise<Running> {
  const client = host.start([NODE, `${ROOT}/test/workloads/web.mjs`, to.address, `${port}`], named(service));
  await client.waitForOutput('ready');
  if (connections > 0) {
    client.writeLine(`connect ${connections}`);
    await client.waitForOutput(`connected ${connections}`);
  }
  return client;
}
