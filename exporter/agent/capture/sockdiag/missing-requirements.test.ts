import { expect, it } from 'vitest';
import { missingForSockdiag } from './missing-requirements.ts';

it.each([
  ['cannot read sockets: socket failed: EPROTONOSUPPORT', 'the kernel does not support sock_diag'],
  ['cannot read sockets: socket failed: EAFNOSUPPORT', 'netlink sockets are not allowed'],
])('explains %j', (message, what) => {
  expect(missingForSockdiag(new Error(message))).toEqual([{ what, remedy: expect.stringMatching(/.{10,}/) }]);
});

it('does not explain any other error', () => {
  expect(missingForSockdiag(new Error('socket failed: EMFILE'))).toEqual([]);
});
