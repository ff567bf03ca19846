import { expect, it } from 'vitest';
import { sockdiagObstacles } from './sockdiag-obstacles.ts';

it.each([
  ['cannot read sockets: socket failed: EPROTONOSUPPORT', 'the kernel has no sock_diag'],
  ['cannot read sockets: socket failed: EAFNOSUPPORT', 'netlink sockets are forbidden'],
])('says what %j means', (message, what) => {
  expect(sockdiagObstacles(new Error(message))).toEqual([{ what, remedy: expect.stringMatching(/.{10,}/) }]);
});

it('leaves any other error to tell itself', () => {
  expect(sockdiagObstacles(new Error('socket failed: EMFILE'))).toEqual([]);
});
