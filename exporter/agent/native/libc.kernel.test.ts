import { expect, it } from 'vitest';
import { loadLibc } from './libc.ts';

it.skipIf(process.platform !== 'linux')(
  'throws an error with the failed call and the kernel’s reason',
  () => {
    const libc = loadLibc();
    expect(() => libc.socket(9999, 1, 0)).toThrow(
      expect.objectContaining({ name: 'SyscallError', call: 'socket', code: 'EAFNOSUPPORT', errno: 97 }),
    );
    expect(() => libc.close(-1)).toThrow('close failed: EBADF');
    expect(() => libc.enterNetworkNamespace(-1)).toThrow('setns failed: EBADF');
  },
);

it.skipIf(process.platform !== 'linux')(
  'fails with EAGAIN when a receive takes longer than its timeout',
  () => {
    const libc = loadLibc();
    const [AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG] = [16, 3, 4];
    const fd = libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
    libc.receiveTimeout(fd, 1);
    expect(() => libc.recv(fd, Buffer.alloc(16))).toThrow('recv failed: EAGAIN');
    libc.close(fd);
  },
);
