/**
 * A client that connects to a server on command and keeps the connections open.
 * Arguments: address, port. Of several addresses, separated by commas, `try` connects to the first that accepts. Standard input: `connect N`, `try N` (attempts may fail), `close`. It prints a line once each
 * command is done.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [host = '', port] = process.argv.slice(2);
const sockets = [];

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, count] = line.split(' ');
  if (verb === 'connect') {
    for (let i = 0; i < Number(count); i++) {
      const socket = connect({ host, port: Number(port) });
      await once(socket, 'connect');
      socket.write('hello\n');
      await once(socket, 'data');
      sockets.push(socket);
    }
    console.log(`connected ${sockets.length}`);
  } else if (verb === 'try') {
    let failed = 0;
    for (let i = 0; i < Number(count); i++) {
      let connected = false;
      for (const address of host.split(',')) {
        const socket = connect({ host: address, port: Number(port) });
        connected ||= await once(socket, 'connect').then(
          () => true,
          () => false,
        );
        socket.destroy();
        if (connected) break;
      }
      if (!connected) failed++;
    }
    console.log(`failed ${failed}`);
  } else if (verb === 'close') {
    for (const socket of sockets.splice(0)) {
      socket.destroy();
      await once(socket, 'close');
    }
    console.log('closed');
  }
}
