import { expect, it } from 'vitest';
import { toListening } from './half-edge.ts';

const ADDRESSES = ['10.0.0.1', 'fd00::1'];

it.each([
  ['0.0.0.0', ['0.0.0.0', '10.0.0.1']],
  ['::', ['::', '10.0.0.1', 'fd00::1']],
  ['10.0.0.1', ['10.0.0.1']],
])('a listener on %s can be reached at %j', (address, reachable) => {
  const listener = { netns: 1, transport: 'tcp', address, port: 80, pid: undefined } as const;
  expect(toListening(listener, ADDRESSES, undefined, 'h').map(({ dst }) => dst.address)).toEqual(reachable);
});
