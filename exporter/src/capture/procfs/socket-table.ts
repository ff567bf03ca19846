import { readFileSync } from 'node:fs';
import type { SocketTable } from '../polling/socket.ts';
import { parseNetSockets } from './net-sockets.ts';

const FILES = [
  { name: 'tcp', transport: 'tcp' },
  { name: 'tcp6', transport: 'tcp' },
  { name: 'udp', transport: 'udp' },
  { name: 'udp6', transport: 'udp' },
] as const;

/** Reads socket tables as text, through any process of the namespace: it takes no privilege. */
export function createProcfsTable(procRoot: string): SocketTable {
  return {
    read: ({ pid }) => FILES.flatMap(({ name, transport }) => parseNetSockets(read(pid, name), transport)),
    close() {},
  };

  function read(pid: number, name: string): string {
    try {
      return readFileSync(`${procRoot}/${pid}/net/${name}`, 'latin1');
    } catch (error) {
      // A kernel without IPv6 has no tcp6 and udp6.
      if (name.endsWith('6') && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}
