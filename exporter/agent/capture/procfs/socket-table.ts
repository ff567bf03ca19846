import { readFileSync } from 'node:fs';
import type { SocketTable } from '../polling/socket.ts';
import { parseNetSockets } from './net-sockets.ts';
import { parseUnixListeners } from './unix-sockets.ts';

const FILES = [
  { name: 'tcp', transport: 'tcp' },
  { name: 'tcp6', transport: 'tcp' },
  { name: 'udp', transport: 'udp' },
  { name: 'udp6', transport: 'udp' },
] as const;

const OPTIONAL = ['tcp6', 'udp6', 'unix'];

/** Reads socket tables as text, through any process of the namespace. Needs no privileges. */
export function createProcfsTable(procRoot: string): SocketTable {
  return {
    read: ({ pid }) => ({
      sockets: FILES.flatMap(({ name, transport }) => parseNetSockets(read(pid, name), transport)),
      unix: parseUnixListeners(read(pid, 'unix')),
    }),
    close() {},
  };

  function read(pid: number, name: string): string {
    try {
      return readFileSync(`${procRoot}/${pid}/net/${name}`, 'latin1');
    } catch (error) {
      // Not all kernels support IPv6 and Unix sockets.
      if (OPTIONAL.includes(name) && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}
