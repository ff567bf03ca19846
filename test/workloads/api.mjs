/**
 * A server that answers every line with `ok` and keeps its connections open.
 * Arguments: address, port (0 for any free port, which it prints).
 * A third argument `ipv6only` refuses IPv4 on an IPv6 address.
 */
import { createServer } from 'node:net';

const [host, port, mode] = process.argv.slice(2);
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write('ok\n'));
});
server.listen({ host, port: Number(port), ipv6Only: mode === 'ipv6only' }, () => {
  const address = server.address();
  console.log(`listening ${typeof address === 'object' && address?.port}`);
});
