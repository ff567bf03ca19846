import { NODE, ROOT } from './places.ts';
import { type Running, start } from './process.ts';

/** A client `web` of a server `api`, both on this machine. */
export interface Pair {
  readonly api: Running;
  readonly web: Running;
  /** The server's port, as in labels. */
  readonly port: string;
}

/** Starts both; resolves once the client has opened some connections and holds them open. */
export async function startPair(connections: number): Promise<Pair> {
  const api = start([NODE, `${ROOT}/test/workloads/api.mjs`, '127.0.0.1', '0']);
  await api.waitForOutput('listening');
  const port = /listening (\d+)/.exec(api.stdout())?.[1] ?? '';
  const web = start([NODE, `${ROOT}/test/workloads/web.mjs`, '127.0.0.1', port]);
  web.writeLine(`connect ${connections}`);
  await web.waitForOutput(`connected ${connections}`);
  return { api, web, port };
}
