import { expect, it } from 'vitest';
import { indexServices, toServiceListeners } from '../half-edge.ts';
import { createRememberListeners } from './lost-listeners.ts';

const DAY = 24 * 3_600_000;
const HOST = { netns: 7, pid: 1 };

const listens = (port: number, service = `service-${port}`, address = '127.0.0.1', netns = 7) =>
  toServiceListeners(
    { netns, transport: 'tcp', address, port, pid: 30, ipv6Only: false },
    [],
    { service, process: service, pid: 30, kind: 'process' },
    'here',
  );

/** Runs one cycle per call; returns the names found at `ports` of 127.0.0.1. */
function createHost(isRunning = () => true) {
  const remember = createRememberListeners(isRunning);
  let now = 0;
  return (listeners: ReturnType<typeof listens>, ports: readonly number[], after = 1000) => {
    now += after;
    const reading = { observations: [], listeners: [], namespaces: [HOST] };
    const services = indexServices(remember(listeners, reading, now));
    const at = { netns: 7, transport: 'tcp', address: '127.0.0.1' };
    return ports.map((port) => services.find({ ...at, port })?.dst.service);
  };
}

it('finds a listener after it has ended, until another listens in its position', () => {
  const find = createHost();
  find(listens(80), [80]);
  expect(find([], [80, 81])).toEqual(['service-80', undefined]);
  expect(find(listens(80, 'other', '0.0.0.0'), [80])).toEqual(['other']);
  expect(find([], [80])).toEqual(['other']);
});

it('finds it for a day', () => {
  const find = createHost();
  find(listens(80), [80]);
  find([], [80]);
  expect(find([], [80], DAY)).toEqual(['service-80']);
  expect(find([], [80])).toEqual([undefined]);
});

it('finds the last ones of very many', () => {
  const find = createHost();
  for (let port = 1; port <= 2000; port++) find(listens(port), []);
  expect(find([], [1, 976, 977, 2000])).toEqual([undefined, undefined, 'service-977', 'service-2000']);
});

it('does not find it once all processes of its network namespace have ended', () => {
  let isRunning = true;
  const find = createHost(() => isRunning);
  find(listens(80), []);
  expect(find([], [80])).toEqual(['service-80']);
  isRunning = false;
  expect(find([], [80])).toEqual([undefined]);
});
