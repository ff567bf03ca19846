import { connect, createServer, type Socket } from 'node:net';
import { onFileEnd } from './cleanup.ts';

/** A server in this process, whose connections an agent on this machine counts. */
export interface ConnectionServer {
  readonly port: number;
  /** Opens and closes so many connections, one after the other. */
  connect(count: number): Promise<void>;
}

export async function startConnectionServer(): Promise<ConnectionServer> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onFileEnd(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    async connect(count) {
      for (let i = 0; i < count; i++) {
        await new Promise<void>((resolve, reject) => {
          const socket: Socket = connect(port, '127.0.0.1', () => socket.end());
          socket
            .once('error', reject)
            .once('close', () => resolve())
            .resume();
        });
      }
    },
  };
}
