/**
 * Occupies a server: `occupy.mjs PORT half|unread COUNT` holds so many connections open on 127.0.0.1, and opens others in
 * place of those that the server closes. `half` sends half a request, `unread` reads no response.
 */
import { connect } from 'node:net';

const [port, kind, count] = process.argv.slice(2);
const request = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n';
let opened = 0;

function open() {
  const socket = connect(Number(port), '127.0.0.1', () => {
    socket.write(kind === 'half' ? request : `${request}\r\n`);
    if (++opened === Number(count)) process.stdout.write('occupied\n');
  });
  socket.pause();
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(open, 50));
}

for (let i = 0; i < Number(count); i++) open();
