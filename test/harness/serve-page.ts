import { createPageServer } from '../../grafana-plugin/standalone/server.mjs';
import { onFileEnd } from './cleanup.ts';

/**
 * Serves the page with the panel to the test file, on a Prometheus, and returns its URL. `page` is the folder of another
 * page built by `buildPage`.
 */
export async function servePage(prometheusUrl: string, page?: string): Promise<string> {
  const server = await createPageServer({ prometheusUrl, ...(page && { page }) });
  onFileEnd(() => server.close());
  return server.url;
}
