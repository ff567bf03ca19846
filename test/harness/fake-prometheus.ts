import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onFileEnd } from './cleanup.ts';

/** A series as Prometheus answers an instant query: its labels and its value. */
export interface Answered {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Starts a Prometheus for the test file that answers each instant query as the test wants; gives its URL. */
export async function startFakePrometheus(
  answer: (query: string, unixSeconds: number) => readonly Answered[],
): Promise<string> {
  const server = createServer(async (request, response) => {
    const asked = new URLSearchParams(await text(request));
    // Range queries, which have no such time, find nothing.
    const found = asked.has('time') ? answer(asked.get('query') ?? '', Number(asked.get('time'))) : [];
    const result = found.map(({ labels, value }) => ({ metric: labels, value: [0, `${value}`] }));
    response.end(JSON.stringify({ status: 'success', data: { result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
