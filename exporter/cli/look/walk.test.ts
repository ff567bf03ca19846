import { expect, it } from 'vitest';
import { edgeKey, type Service, type ServiceEdge } from '../joined/edge.ts';
import type { SeenEdge } from '../joined/read.ts';
import type { Matchers } from '../prometheus/selector.ts';
import { walk } from './walk.ts';

function service(text: string): Service {
  const [name = '', site] = text.split('@');
  return { name, ...(site && { site }) };
}

function seen(text: string): SeenEdge {
  const [src = '', dst = ''] = text.split('>');
  return { edge: { src: service(src), dst: service(dst), transport: 'tcp', port: 80 }, lastSeen: 1 };
}

const textOf = ({ src, dst }: ServiceEdge) =>
  [src, dst].map(({ name, site }) => (site === undefined ? name : `${name}@${site}`)).join('>');

/** A store of these edges, with what it was queries. */
function store(...texts: string[]) {
  const edges = texts.map(seen);
  const queries: Matchers[] = [];
  return {
    queries,
    edges,
    async serviceEdges(matchers: Matchers = {}) {
      queries.push(matchers);
      const found = edges.filter(({ edge }) =>
        Object.entries(matchers).every(([label, names]) =>
          names.includes(label === 'src_service' ? edge.src.name : edge.dst.name),
        ),
      );
      return new Map(found.map((one) => [edgeKey(one.edge), one]));
    },
  };
}

async function walked(texts: string[], direction: 'up' | 'down', root: string, depth: number) {
  const one = store(...texts);
  const end = direction === 'down' ? 'src' : 'dst';
  const first = one.edges.filter(({ edge }) => textOf({ ...edge, src: edge[end] }).startsWith(`${root}>`));
  const steps = await walk(one, direction, first, depth);
  return {
    steps: [...steps.values()].map(({ edge, depth }) => `${depth} ${textOf(edge)}`),
    queries: one.queries,
  };
}

const CHAIN = ['a>b', 'b>c', 'c>d', 'x>b'];

it('follows the servers of a service to the given depth', async () => {
  expect((await walked(CHAIN, 'down', 'a', 1)).steps).toEqual(['1 a>b']);
  expect((await walked(CHAIN, 'down', 'a', 9)).steps).toEqual(['1 a>b', '2 b>c', '3 c>d']);
});

it('follows its clients', async () => {
  expect((await walked(CHAIN, 'up', 'c', 9)).steps).toEqual(['1 b>c', '2 a>b', '2 x>b']);
});

it('makes one query per step, for all new services', async () => {
  const { steps, queries } = await walked(['a>b', 'a>c', 'b>d', 'c>d', 'd>a', 'd>e', 'a>a'], 'down', 'a', 9);
  expect(queries).toEqual([{ src_service: ['b', 'c'] }, { src_service: ['d'] }, { src_service: ['e'] }]);
  expect(steps).toEqual(['1 a>b', '1 a>c', '1 a>a', '2 b>d', '2 c>d', '3 d>a', '3 d>e']);
});

it('distinguishes services of one name at two sites', async () => {
  const { steps } = await walked(['a@fra>b@fra', 'b@fra>c@fra', 'b@nyc>c@nyc'], 'down', 'a@fra', 9);
  expect(steps).toEqual(['1 a@fra>b@fra', '2 b@fra>c@fra']);
});

it('makes no query if there is nothing to follow', async () => {
  expect(await walked([], 'down', 'a', 3)).toEqual({ steps: [], queries: [] });
});
