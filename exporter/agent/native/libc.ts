import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { SyscallError } from './syscall-error.ts';

/** The C library calls that Musubi makes itself. Each throws a `SyscallError` if the call fails. */
export interface Libc {
  /** socket(2). */
  socket(domain: number, type: number, protocol: number): number;
  /** setsockopt(2) with SO_RCVTIMEO: a `recv` that blocks longer fails with EAGAIN. */
  receiveTimeout(fd: number, seconds: number): void;
  /** setsockopt(2) of an integer option of SOL_SOCKET. */
  setOption(fd: number, option: number, value: number): void;
  /** getsockopt(2) of an option of SOL_SOCKET, truncated to the length of `into`. */
  readOption(fd: number, option: number, into: Buffer): void;
  /** setsockopt(2) with SO_ATTACH_FILTER: a classic BPF program, eight bytes per instruction. */
  attachFilter(fd: number, program: Buffer): void;
  /** connect(2) to a `struct sockaddr` of the socket's family, or of AF_UNSPEC. */
  connect(fd: number, address: Buffer): void;
  /** bind(2) to a `struct sockaddr`. */
  bind(fd: number, address: Buffer): void;
  send(fd: number, message: Buffer): void;
  /** recv(2): returns the number of bytes written to `into`; 0 at the end of the stream. */
  recv(fd: number, into: Buffer): number;
  close(fd: number): void;
  /** setns(2) with CLONE_NEWNET: moves only the calling thread to that network namespace. */
  enterNetworkNamespace(fd: number): void;
}

const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_ATTACH_FILTER = 26;
const CLONE_NEWNET = 0x40000000;
const { EINTR } = constants.errno;

type Call = (...args: unknown[]) => number;

/** Binds the C library through koffi. Throws if koffi has no build for this host. */
export function loadLibc(): Libc {
  // Loaded here and not on import: `--help` needs no native code.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const lib = koffi.load(null);
  const bind = (name: string, result: string, args: string[]): Call => {
    const native = lib.func(name, result, args) as Call;
    return (...values) => {
      for (;;) {
        const returned = Number(native(...values));
        if (returned >= 0) return returned;
        const errno = koffi.errno();
        // An interrupted close(2) has closed the descriptor; a retry could close one that another thread opened since.
        if (errno === EINTR && name === 'close') return 0;
        if (errno !== EINTR) throw new SyscallError(name, errno);
      }
    };
  };

  const socket = bind('socket', 'int', ['int', 'int', 'int']);
  const setsockopt = bind('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint']);
  const getsockopt = bind('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']);
  const connect = bind('connect', 'int', ['int', 'void *', 'uint']);
  const bindTo = bind('bind', 'int', ['int', 'void *', 'uint']);
  const send = bind('send', 'intptr_t', ['int', 'void *', 'size_t', 'int']);
  const recv = bind('recv', 'intptr_t', ['int', 'void *', 'size_t', 'int']);
  const close = bind('close', 'int', ['int']);
  const setns = bind('setns', 'int', ['int', 'int']);

  return {
    socket: (domain, type, protocol) => socket(domain, type, protocol),
    receiveTimeout(fd, seconds) {
      const timeval = Buffer.alloc(16);
      timeval.writeBigInt64LE(BigInt(seconds));
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length);
    },
    setOption(fd, option, value) {
      const number = new Int32Array([value]);
      setsockopt(fd, SOL_SOCKET, option, number, number.byteLength);
    },
    readOption: (fd, option, into) =>
      void getsockopt(fd, SOL_SOCKET, option, into, new Uint32Array([into.length])),
    attachFilter(fd, program) {
      // struct sock_fprog (include/uapi/linux/filter.h): the number of instructions and their address.
      const fprog = Buffer.alloc(16);
      fprog.writeUInt16LE(program.length / 8);
      fprog.writeBigUInt64LE(koffi.address(program), 8);
      setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, fprog.length);
    },
    connect: (fd, address) => void connect(fd, address, address.length),
    bind: (fd, address) => void bindTo(fd, address, address.length),
    send: (fd, message) => void send(fd, message, message.length, 0),
    recv: (fd, into) => recv(fd, into, into.length, 0),
    close: (fd) => void close(fd),
    enterNetworkNamespace: (fd) => void setns(fd, CLONE_NEWNET),
  };
}
