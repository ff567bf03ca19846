import { expect, it } from 'vitest';
import type { Observation } from '../../capture/capture.ts';
import { createTranslateConnections } from './translate-connections.ts';
import type { Translation } from './translation.ts';

const seen = (fields: Partial<Observation> = {}): Observation => ({
  ...{ id: '1', netns: 7, transport: 'tcp', direction: 'outbound', pid: 20, open: 1, opened: 1 },
  ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, clientPort: 50000 },
  ...fields,
});

const translation = (localPort = 50000, netns = 1): Translation => ({
  netns,
  end: {
    ...{ transport: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort },
    ...{ remoteAddress: '10.96.0.1', remotePort: 80 },
  },
  place: { localAddress: '10.0.0.1', remoteAddress: '10.9.9.9', port: 8080 },
});

it('puts a connection at its place, by all of its addresses and ports', () => {
  const connections = createTranslateConnections();
  connections.learn([translation()], 0);
  expect(connections.translate(seen(), 0)).toEqual(
    seen({ remoteAddress: '10.9.9.9', port: 8080, originalAddress: '10.96.0.1' }),
  );
  for (const other of [{ clientPort: 50001 }, { port: 81 }, { direction: 'inbound' }] as const)
    expect(connections.translate(seen(other), 0)).toEqual(seen(other));
});

it('puts the end that is asked at its place', () => {
  const connections = createTranslateConnections();
  const own = {
    transport: 'tcp',
    direction: 'inbound',
    localAddress: '172.17.0.2',
    localPort: 8080,
  } as const;
  const end = { ...own, remoteAddress: '203.0.113.7', remotePort: 50000 };
  const place = { localAddress: '10.1.1.1', remoteAddress: '203.0.113.7', port: 80 };
  connections.learn([{ netns: 1, end, place }], 0);
  const at = { localAddress: '172.17.0.2', remoteAddress: '203.0.113.7', port: 8080 };
  expect(connections.translate(seen({ direction: 'inbound', ...at }), 0)).toMatchObject(place);
});

it('takes loopback of one network namespace for that of no other', () => {
  const connections = createTranslateConnections();
  const { end, place } = translation();
  connections.learn([{ netns: 1, end: { ...end, localAddress: '127.0.0.1' }, place }], 0);
  const local = { localAddress: '127.0.0.1' };
  expect(connections.translate(seen({ netns: 2, ...local }), 0)).toEqual(seen({ netns: 2, ...local }));
  expect(connections.translate(seen({ netns: 1, ...local }), 0)).toMatchObject(place);
});

it('remembers a connection as long as it is seen, and others for two minutes', () => {
  const connections = createTranslateConnections();
  connections.learn([translation(50000), translation(50001)], 0);
  for (let now = 0; now < 600_000; now += 60_000) connections.translate(seen(), now);
  connections.learn([], 600_000);
  expect(connections.translate(seen(), 600_000)).toMatchObject({ port: 8080 });
  expect(connections.translate(seen({ clientPort: 50001 }), 600_000)).toMatchObject({ port: 80 });
  expect(connections.dropped).toBe(0);
});

it('forgets the one longest out of use where there are too many, and counts it', () => {
  const connections = createTranslateConnections(2);
  connections.learn([translation(1), translation(2), translation(3)], 0);
  const ports = [1, 2, 3].map((clientPort) => connections.translate(seen({ clientPort }), 0).port);
  expect(ports).toEqual([80, 8080, 8080]);
  expect(connections.dropped).toBe(1);
});
