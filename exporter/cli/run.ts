/** Entry point of the bundle: connects `main` to this process. */
import { writeSync } from 'node:fs';
import { main } from './main.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// A closed pipe (`musubi snapshot | head`) ends the program silently.
process.stdout.on('error', () => process.exit(0));
// Node.js writes warnings of its own there, and a full disk must not end the agent.
process.stderr.on('error', () => {});
// By default it opens Node's inspector, to which every local user can connect.
process.on('SIGUSR1', () => {});

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stop: stop.signal,
  onHangup: (listener) => process.on('SIGHUP', listener),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => writeWhole(2, Buffer.from(text)),
});
// A peer that does not respond, such as an OTLP endpoint, must not keep the process alive.
setTimeout(() => process.exit(), 500).unref();

/**
 * Writes all bytes, or returns false. The streams of Node.js do not report an error to the caller, and are closed by it:
 * a log on a full disk would stay silent once there is space again.
 */
function writeWhole(fd: number, bytes: Buffer): boolean {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    return true;
  } catch {
    return false;
  }
}
