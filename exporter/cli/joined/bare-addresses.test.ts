import { expect, it } from 'vitest';
import type { Matchers } from '../prometheus/selector.ts';
import { foldExplained, readExplanations, separateUnnamed } from './bare-addresses.ts';
import { edgeKey, type ProcessEndpoint, type ServiceEdge } from './edge.ts';
import type { EdgeReader, SeenEdge } from './read.ts';

/** An endpoint as `service@host/address`, or as `/address` if unnamed. */
function endpoint(text: string): { name: string; of: ProcessEndpoint } {
  const [, service = '', host, address = ''] = /^([^@/]*)(?:@([^/]*))?(?:\/(.*))?$/.exec(text) ?? [];
  return { name: service || address, of: { address, ...(host !== undefined && { host }) } };
}

const edgeOf = (src: string, dst: string, port = 5432): ServiceEdge => ({
  src: { name: endpoint(src).name },
  dst: { name: endpoint(dst).name },
  transport: 'tcp',
  port,
});

/** Explanations by what else is recorded: pairs of endpoints, and a port. */
async function explanations(
  recorded: readonly (readonly [src: string, dst: string, port?: number])[],
  edges: readonly ServiceEdge[],
) {
  const rows = recorded.map(([src, dst, port]) => ({
    edge: edgeOf(src, dst, port),
    pair: { src: endpoint(src).of, dst: endpoint(dst).of, observer: 'both', lastSeen: 1 },
  }));
  const reader: Partial<EdgeReader> = {
    range: { from: 1000, to: 2000 },
    within: () => reader as EdgeReader,
    async processes(matchers: Matchers) {
      const [label = '', addresses = [''] as const] = Object.entries(matchers)[0] ?? [];
      const found = rows.filter(({ pair }) =>
        (addresses as readonly string[]).includes(
          (label === 'src_address' ? pair.src : pair.dst).address ?? '',
        ),
      );
      return new Map(
        [...Map.groupBy(found, ({ edge }) => edgeKey(edge))].map(([key, same]): [string, SeenEdge] => [
          key,
          { edge: same[0]?.edge ?? edgeOf('', ''), lastSeen: 1, pairs: same.map(({ pair }) => pair) },
        ]),
      );
    },
  };
  const explain = await readExplanations(reader as EdgeReader, edges);
  return edges.map((edge) => {
    const found = explain(edge);
    if (found?.kind !== 'service') return found?.host;
    return `${found.edge.src.name} > ${found.edge.dst.name}`;
  });
}

const DB = 'db@h2/10.0.0.2';

it('explains an address by the service that had it, on the same port and with the same other endpoint', async () => {
  const recorded = [
    ['orders@h1/10.0.0.1', DB],
    ['orders@h1/10.0.0.1', 'cache@h2/10.0.0.2', 6379],
  ] as const;
  expect(
    await explanations(recorded, [
      edgeOf('/10.0.0.1', DB),
      edgeOf('web', '/10.0.0.2', 6379),
      edgeOf('/10.0.0.1', '/10.0.0.2'),
      edgeOf('orders', DB),
    ]),
  ).toEqual(['orders > db', 'web > cache', 'orders > db', undefined]);
});

it('does not choose between services that share the address', async () => {
  const recorded = [
    ['orders@h1/10.0.0.1', DB],
    ['billing@h1/10.0.0.1', DB],
  ] as const;
  expect(await explanations(recorded, [edgeOf('/10.0.0.1', DB)])).toEqual(['h1']);
});

it('names the host of an address whose services made no such connection', async () => {
  const recorded = [['orders@h1/10.0.0.1', DB]] as const;
  expect(await explanations(recorded, [edgeOf('/10.0.0.1', 'mail', 25), edgeOf('/10.0.0.9', DB)])).toEqual([
    'h1',
    undefined,
  ]);
});

it('does not explain an address that two hosts had', async () => {
  const recorded = [
    ['one@h1/172.17.0.2', 'mail', 25],
    ['two@h3/172.17.0.2', 'mail', 25],
  ] as const;
  expect(await explanations(recorded, [edgeOf('/172.17.0.2', DB)])).toEqual([undefined]);
});

it('adds an explained edge to that of the service, and separates those of an unnamed process', () => {
  const [named, bare, unnamed] = [edgeOf('orders', DB), edgeOf('/10.0.0.1', DB), edgeOf('/10.0.0.1', 'mail')];
  const explain = (edge: ServiceEdge) =>
    edge === bare
      ? ({ kind: 'service', edge: named } as const)
      : edge === unnamed
        ? ({ kind: 'host', host: 'h1' } as const)
        : undefined;
  const all = [named, bare, unnamed].map((edge, at) => ({ edge, count: at + 1 }));
  const separated = separateUnnamed(all, explain);
  expect(separated.unnamed).toEqual([{ edge: unnamed, host: 'h1' }]);
  const folded = foldExplained(separated.named, explain, (one, other) => ({
    edge: one.edge,
    count: one.count + other.count,
  }));
  expect([...folded.values()]).toEqual([{ edge: named, count: 3 }]);
});
