import { createSocket } from 'node:dgram';
import { once } from 'node:events';

let next = 20_000 + (process.pid % 500) * 20;

/**
 * A UDP port that is free now, of those a server chooses for itself: the kernel gives it to no client. A server
 * that has it from the kernel is another thing to a capture.
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
