import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Estate as Answer } from '../harness/large-estate.ts';

/** A Prometheus that responds to the panel's queries from an estate. */
export interface Estate {
  readonly url: string;
  /** Switches to other figures. */
  next(): void;
  close(): Promise<void>;
}

/** Starts one. Responses are cached: the time to make them is not the panel's. */
export async function startEstate(answer: Answer): Promise<Estate> {
  let round = 0;
  let kept = new Map<string, string>();
  const answerTo = (query: string): string => {
    const known = kept.get(query);
    if (known !== undefined) return known;
    const result = answer(query, round).map(({ labels, value }) => ({
      metric: labels,
      value: [0, `${value}`],
    }));
    const fresh = JSON.stringify({ status: 'success', data: { result } });
    kept.set(query, fresh);
    return fresh;
  };
  const queryOf = async (request: IncomingMessage) =>
    new URLSearchParams(await text(request)).get('query') ?? '';
  const server = createServer(async (request, response) => response.end(answerTo(await queryOf(request))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next() {
      round++;
      kept = new Map();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
