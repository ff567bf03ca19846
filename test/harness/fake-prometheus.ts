import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onFileEnd } from './cleanup.ts';

/** A series in Prometheus's response to an instant query: its labels and its value. */
export interface Answered {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An error makes the query fail. */
export type Answer = readonly Answered[] | Error;

/** Starts a server for the test file that responds to instant queries as the test wants; returns its URL. */
export async function startFakePrometheus(
  answer: (query: string, unixSeconds: number) => Answer | Promise<Answer>,
): Promise<string> {
  // Connections are kept open: on a busy machine one might be closed just when it is used again.
  const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const parameters = new URLSearchParams(await text(request));
    // Range queries, which have no such time, return nothing.
    const found = parameters.has('time')
      ? await answer(parameters.get('query') ?? '', Number(parameters.get('time')))
      : [];
    if (found instanceof Error) {
      response.writeHead(503).end(JSON.stringify({ status: 'error', error: found.message }));
      return;
    }
    const result = found.map(({ labels, value }) => ({ metric: labels, value: [0, `${value}`] }));
    response.end(JSON.stringify({ status: 'success', data: { result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
