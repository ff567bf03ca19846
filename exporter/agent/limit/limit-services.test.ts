import { expect, it } from 'vitest';
import { halfEdge, SHOP } from '../../../test/fixtures/half-edges.ts';
import { type HalfEdge, toServiceListeners } from '../half-edge.ts';
import type { Identity } from '../identify/identify.ts';
import { createLimitServices } from './limit-services.ts';

const LIMIT = 2;
const KEEP_FOR = 1000;

const who = (service: string): Identity => ({ ...SHOP, service });
const asks = (service: string) => halfEdge({}, who(service));
const isAsked = (service: string) => halfEdge({ direction: 'inbound' }, who(service));
const listens = (service: string) =>
  toServiceListeners(
    { netns: 7, transport: 'tcp', address: '10.0.0.1', port: 80, pid: 20, ipv6Only: false },
    [],
    who(service),
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
    const seen = limit({ halfEdges, serviceListeners }, now, (reason) => folds.push(reason));
    return { ...seen, folds, src: seen.halfEdges.map(({ src }) => src.service) };
  };
}

it('tells the first services, and the others as `other`, without what there could be many of', () => {
  const { src, halfEdges, folds } = createHost()(1, ['a', 'b', 'c', 'd', 'a'].map(asks));
  expect(src).toEqual(['a', 'b', 'other', 'other', 'a']);
  expect(folds).toEqual(['service_limit', 'service_limit']);
  expect(halfEdges[2]?.src).toEqual({
    service: 'other',
    kind: 'unknown',
    host: 'host-a',
    address: '10.0.0.1',
  });
  expect(halfEdges[2]?.dst).toEqual(asks('c').dst);
});

it('keeps places for those that are asked', () => {
  const tell = createHost();
  tell(1, ['a', 'b', 'c'].map(asks));
  const { halfEdges } = tell(2, [isAsked('server'), asks('server')]);
  expect(halfEdges.map(({ dst, src }) => dst.service ?? src.service)).toEqual(['server', 'server']);
});

it('calls who listens as it calls who is asked', () => {
  const { serviceListeners, halfEdges } = createHost()(1, [isAsked('c')], ['a', 'b', 'c'].flatMap(listens));
  expect(serviceListeners.map(({ dst }) => dst.service)).toEqual(['a', 'b', 'other']);
  expect(halfEdges[0]?.dst.service).toBe('other');
});

it('gives a place that is not used for a while to another', () => {
  const tell = createHost();
  tell(0, ['a', 'b'].map(asks));
  expect(tell(1000, ['b', 'c'].map(asks)).src).toEqual(['b', 'other']);
  expect(tell(1001, ['b', 'c'].map(asks)).src).toEqual(['b', 'c']);
});

it('leaves what is on other hosts, or has no name', () => {
  const tell = createHost();
  tell(1, ['a', 'b'].map(asks));
  const far = halfEdge({ direction: 'inbound' }, null);
  const named = { ...far, src: { address: '', service: 'internet', kind: 'internet' as const } };
  expect(tell(2, [far, named]).halfEdges).toEqual([far, named]);
});
