import { collectorBinary } from '../../provisioning/local/otelcol.mjs';
import { onFileEnd } from './cleanup.ts';
import { freePort } from './free-port.ts';
import { ROOT } from './places.ts';
import { start } from './process.ts';
import { waitFor } from './wait-for.ts';

export interface Collector {
  /** `http://ADDRESS:PORT`, for OTLP by gRPC. */
  readonly grpc: string;
  /** The same by HTTP. */
  readonly http: string;
}

/**
 * Starts a real collector with the configuration that Musubi ships, listening on `address` and writing to the given
 * store. If no collector can be built, `missing` gives the reason.
 */
export async function startCollector(
  storeUrl: string,
  address = '127.0.0.1',
): Promise<Collector | { missing: string }> {
  const binary = await collectorBinary({ log: (line) => console.log(line) });
  if ('missing' in binary) return binary;
  const [grpc, http] = [await freePort(), await freePort()];
  const collector = start([binary.path, '--config', `${ROOT}/provisioning/otelcol/config.yaml`], {
    env: {
      ...process.env,
      OTLP_GRPC_ENDPOINT: `${address}:${grpc}`,
      OTLP_HTTP_ENDPOINT: `${address}:${http}`,
      PROMETHEUS_REMOTE_WRITE_URL: `${storeUrl}/api/v1/write`,
    },
    onCleanup: onFileEnd,
  });
  await waitFor(
    () => collector.stderr().includes('Everything is ready') || undefined,
    () => `the collector to be ready: ${collector.stderr()}`,
  );
  return { grpc: `http://${address}:${grpc}`, http: `http://${address}:${http}` };
}
