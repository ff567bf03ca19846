/**
 * Looks up a name by getaddrinfo(3), as any program does, and connects to each of its addresses in turn, N times:
 * connect-by-name.mjs NAME PORT N. Prints `connected` and the addresses at the end.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';

const [name = '', port = '', times = '1'] = process.argv.slice(2);
const found = await lookup(name, { all: true });
for (let time = 0; time < Number(times); time++) {
  for (const { address } of found) {
    const socket = connect(Number(port), address);
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
  }
}
console.log(`connected ${found.map(({ address }) => address).join(' ')}`);
