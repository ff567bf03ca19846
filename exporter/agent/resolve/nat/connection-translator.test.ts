import { expect, it } from 'vitest';
import type { Observation } from '../../capture/capture.ts';
import { createConnectionTranslator } from './connection-translator.ts';
import type { Translation } from './translation.ts';

const seen = (fields: Partial<Observation> = {}): Observation => ({
  ...{ id: '1', netns: 7, transport: 'tcp', direction: 'outbound', pid: 20, open: 1, opened: 1 },
  ...{ localAddress: '10.0.0.1', remoteAddress: '10.96.0.1', port: 80, clientPort: 50000 },
  ...fields,
});

const translation = (localPort = 50000, netns = 1): Translation => ({
  netns,
  tuple: {
    ...{ transport: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort },
    ...{ remoteAddress: '10.96.0.1', remotePort: 80 },
  },
  wire: { localAddress: '10.0.0.1', remoteAddress: '10.9.9.9', port: 8080 },
});

it('translates a connection, found by all of its addresses and ports', () => {
  const connections = createConnectionTranslator();
  connections.learn([translation()], 0);
  expect(connections.translate(seen(), 0)).toEqual(
    seen({ remoteAddress: '10.9.9.9', port: 8080, originalAddress: '10.96.0.1' }),
  );
  for (const other of [{ clientPort: 50001 }, { port: 81 }, { direction: 'inbound' }] as const)
    expect(connections.translate(seen(other), 0)).toEqual(seen(other));
});

it('translates a connection at the server', () => {
  const connections = createConnectionTranslator();
  const local = {
    transport: 'tcp',
    direction: 'inbound',
    localAddress: '172.17.0.2',
    localPort: 8080,
  } as const;
  const tuple = { ...local, remoteAddress: '203.0.113.7', remotePort: 50000 };
  const wire = { localAddress: '10.1.1.1', remoteAddress: '203.0.113.7', port: 80 };
  connections.learn([{ netns: 1, tuple, wire }], 0);
  const at = { localAddress: '172.17.0.2', remoteAddress: '203.0.113.7', port: 8080 };
  expect(connections.translate(seen({ direction: 'inbound', ...at }), 0)).toMatchObject(wire);
});

it('keeps the loopback addresses of network namespaces separate', () => {
  const connections = createConnectionTranslator();
  const { tuple, wire } = translation();
  connections.learn([{ netns: 1, tuple: { ...tuple, localAddress: '127.0.0.1' }, wire }], 0);
  const loopback = { localAddress: '127.0.0.1' };
  expect(connections.translate(seen({ netns: 2, ...loopback }), 0)).toEqual(seen({ netns: 2, ...loopback }));
  expect(connections.translate(seen({ netns: 1, ...loopback }), 0)).toMatchObject(wire);
});

it('keeps a connection while it is observed, and others for two minutes', () => {
  const connections = createConnectionTranslator();
  connections.learn([translation(50000), translation(50001)], 0);
  for (let now = 0; now < 600_000; now += 60_000) connections.translate(seen(), now);
  connections.learn([], 600_000);
  expect(connections.translate(seen(), 600_000)).toMatchObject({ port: 8080 });
  expect(connections.translate(seen({ clientPort: 50001 }), 600_000)).toMatchObject({ port: 80 });
  expect(connections.dropped).toBe(0);
});

it('drops the least recently used connection at the limit, counts it, and no longer knows where it and the like went', () => {
  const connections = createConnectionTranslator(2);
  connections.learn([translation(1), translation(2), translation(3)], 0);
  const ports = [1, 2, 3].map((clientPort) => connections.translate(seen({ clientPort }), 0).port);
  expect(ports).toEqual([80, 8080, 8080]);
  expect(connections.dropped).toBe(1);
  const folded = (clientPort: number, port = 80) =>
    connections.translate(seen({ clientPort, port }), 0).folded;
  expect([folded(1), folded(4), folded(2), folded(4, 81)]).toEqual([true, true, undefined, undefined]);
});
