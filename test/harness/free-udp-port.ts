import { createSocket } from 'node:dgram';
import { once } from 'node:events';

let next = 20_000 + (process.pid % 500) * 20;

/**
 * A free UDP port outside the ephemeral range, as a server would choose: the kernel assigns it to no client. A server
 * with a port assigned by the kernel is a different case for a capture.
 */
export async function freeUdpPort(): Promise<number> {
  for (;;) {
    const socket = createSocket('udp6');
    socket.bind(next++, '::');
    try {
      await once(socket, 'listening');
      const { port } = socket.address();
      socket.close();
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
