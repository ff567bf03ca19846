/** Histories in which random ones have found errors, as small as they get. */
import { beforeAll, expect, test } from 'vitest';
import { contradictionsOf, type Range } from './check.ts';
import type { Plan } from './history.ts';
import { type OpenStore, startStores } from './store.ts';

let stores: OpenStore | { missing: string };
beforeAll(async () => {
  stores = await startStores(console.log);
}, 15 * 60_000);

type Part<Name extends keyof Plan> = Partial<Plan[Name][number]>;

const host = (more: Part<'hosts'> = {}): Plan['hosts'][number] => ({
  ...{ site: undefined, absent: false, started: 0, stopped: [], unreachable: [] },
  ...{ twice: false, skew: 0, scrapeDelay: 0, ...more },
});
const server = (more: Part<'servers'> = {}): Plan['servers'][number] => ({
  ...{ host: 1, service: 1, port: 80, where: 'host', ...more },
});
const client = (at: number, more: Part<'clients'> = {}): Plan['clients'][number] => ({
  ...{ host: 0, service: 0, proxy: false, server: 0 },
  bursts: [{ at, count: 1, every: 0, held: 0 }],
  ...more,
});

async function expectTruth(
  { halted = [], ...plan }: Omit<Plan, 'halted'> & Partial<Plan>,
  ranges: Range[] = [],
) {
  if ('missing' in stores) throw new Error(stores.missing);
  expect(await contradictionsOf(stores, { ...plan, halted }, ranges)).toEqual([]);
}

// The server's half-edge is scraped at 4080, the client's at 4095, and the rules evaluate the second 4091.
test.fails('a client keeps its name if its half-edge arrives a scrape later than that of the server', () =>
  expectTruth({ hosts: [host({ started: 17 }), host()], servers: [server()], clients: [client(4078)] }));
