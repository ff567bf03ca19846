import { expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { type HalfEdge, toServiceListeners } from '../half-edge.ts';
import type { Identity } from '../identify/identify.ts';
import { createLimitServices } from './limit-services.ts';

const LIMIT = 2;
const KEEP_FOR = 1000;

const named = (service: string): Identity => ({ ...SHOP, service });
const client = (service: string) => halfEdge({}, named(service));
const server = (service: string) => halfEdge({ direction: 'inbound' }, named(service));
const listens = (service: string) =>
  toServiceListeners(
    { netns: 7, transport: 'tcp', address: '10.0.0.1', port: 80, pid: 20, ipv6Only: false },
    [],
    named(service),
    'host-a',
  );

function createHost() {
  const limit = createLimitServices(LIMIT, KEEP_FOR);
  return (
    now: number,
    halfEdges: readonly HalfEdge[],
    serviceListeners = [] as ReturnType<typeof listens>,
  ) => {
    const folds: string[] = [];
    const limited = limit({ halfEdges, serviceListeners }, now, (reason) => folds.push(reason));
    return { ...limited, folds, src: limited.halfEdges.map(({ src }) => src.service) };
  };
}

it('keeps the first services, and names the others `other`, without what may have many values', () => {
  const { src, halfEdges, folds } = createHost()(1, ['a', 'b', 'c', 'd', 'a'].map(client));
  expect(src).toEqual(['a', 'b', 'other', 'other', 'a']);
  expect(folds).toEqual(['service_limit', 'service_limit']);
  expect(halfEdges[2]?.src).toEqual({
    service: 'other',
    kind: 'unknown',
    host: 'host-a',
    address: '10.0.0.1',
  });
  expect(halfEdges[2]?.dst).toEqual(client('c').dst);
});

it('has a separate limit for servers', () => {
  const run = createHost();
  run(1, ['a', 'b', 'c'].map(client));
  const { halfEdges } = run(2, [server('server'), client('server')]);
  expect(halfEdges.map(({ dst, src }) => dst.service ?? src.service)).toEqual(['server', 'server']);
});

it('names listeners as it names servers', () => {
  const { serviceListeners, halfEdges } = createHost()(1, [server('c')], ['a', 'b', 'c'].flatMap(listens));
  expect(serviceListeners.map(({ dst }) => dst.service)).toEqual(['a', 'b', 'other']);
  expect(halfEdges[0]?.dst.service).toBe('other');
});

it('removes a service that is not in use for a while in favour of another', () => {
  const run = createHost();
  run(0, ['a', 'b'].map(client));
  expect(run(1000, ['b', 'c'].map(client)).src).toEqual(['b', 'other']);
  expect(run(1001, ['b', 'c'].map(client)).src).toEqual(['b', 'c']);
});

it('leaves endpoints on other hosts and unnamed ones as they are', () => {
  const run = createHost();
  run(1, ['a', 'b'].map(client));
  const unnamed = halfEdge({ direction: 'inbound' }, null);
  const internet = { ...unnamed, src: { address: '', service: 'internet', kind: 'internet' as const } };
  expect(run(2, [unnamed, internet]).halfEdges).toEqual([unnamed, internet]);
});
