import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeContainer } from './engine.ts';

const ID = '0569558a6b666dcf624889a6635dad86c0ff08c6bd99e4bc3f16b078121e7a4b';

/** The relevant parts of a response of Docker 20.10. */
function described(fields: { name?: unknown; image?: unknown; labels?: unknown }) {
  return { Id: ID, Name: fields.name, Config: { Image: fields.image, Labels: fields.labels } };
}

const COMPOSE = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };

describe('a container is named', () => {
  it.each([
    ['as its Compose service', { name: '/shop-web-1', image: 'nginx', labels: COMPOSE }, 'shop/web'],
    [
      'as a Compose service of no project',
      { name: '/a', labels: { 'com.docker.compose.service': 'web' } },
      'web',
    ],
    [
      'as the service of which it is a task in a swarm',
      { name: '/shop_web.2.q1w2e3r4t5y6', labels: { 'com.docker.swarm.service.name': 'shop_web' } },
      'shop_web',
    ],
    [
      'as its task definition and container on ECS',
      {
        name: '/ecs-shop-7-web-bc9c99e3ea95ea981500',
        labels: {
          'com.amazonaws.ecs.task-definition-family': 'shop',
          'com.amazonaws.ecs.container-name': 'web',
        },
      },
      'shop/web',
    ],
    ['by its own name', { name: '/gateway', image: 'nginx', labels: {} }, 'gateway'],
    ['by its own name without labels', { name: '/gateway', image: 'nginx', labels: null }, 'gateway'],
    [
      'by its own name when the label is empty',
      { name: '/a', labels: { 'com.docker.compose.service': '' } },
      'a',
    ],
    ['by its image', { name: '', image: 'registry.example:5000/shop/api:1.2' }, 'api-0569558a6b66'],
    ['by its image with a digest', { image: 'shop/api@sha256:abcd' }, 'api-0569558a6b66'],
    ['by nothing', { image: 'sha256:a38ea52c987c' }, undefined],
    [
      'by nothing that is not text',
      { name: 7, image: [], labels: { 'com.docker.compose.service': {} } },
      undefined,
    ],
  ])('%s', (_title, fields, name) => {
    expect(describeContainer(described(fields), ID)?.service).toBe(name);
  });
});

it('keeps the name of the container beside that of its service', () => {
  expect(describeContainer(described({ name: '/shop-web-1', labels: COMPOSE }), ID)).toEqual({
    service: 'shop/web',
    kind: 'container',
    container: 'shop-web-1',
  });
});

it('is a different service in a different project', () => {
  const inProject = (project: string) => {
    const labels = { ...COMPOSE, 'com.docker.compose.project': project };
    return describeContainer(described({ name: `/${project}-web-1`, labels }), ID)?.service;
  };
  expect([inProject('shop'), inProject('blog')]).toEqual(['shop/web', 'blog/web']);
});

it.each([null, 1, 'text', [], {}])('gets no name from a response like %j', (response) => {
  expect(describeContainer(response, ID)).toBeUndefined();
});

it.each(['<script>alert(1)</script>', 'a"b\\c\n', '\u202egpj.exe', 'é'.repeat(253)])(
  'keeps a hostile name as text: %j',
  (name) => {
    expect(
      describeContainer(described({ labels: { 'com.docker.compose.service': name } }), ID)?.service,
    ).toBe(name);
  },
);

it('replaces half of a surrogate pair', () => {
  expect(describeContainer(described({ name: '/a\ud83d' }), ID)?.service).toBe('a\ufffd');
});

it('accepts any response', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.string({ unit: 'binary' }), (config, labels, name) => {
      const answers = [config, { Config: config, Name: name }, { Config: { Labels: labels, Image: name } }];
      for (const answer of answers) {
        const { service } = describeContainer(answer, ID) ?? { service: 'none' };
        expect(service.isWellFormed()).toBe(true);
        expect(service).not.toBe('');
      }
    }),
  );
});
