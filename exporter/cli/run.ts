/** Entry point of the bundle: connects `main` to this process. */
import { main } from './main.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// A closed pipe (`musubi snapshot | head`) ends the program silently.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stop: stop.signal,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
// A peer that does not respond, such as an OTLP endpoint, must not keep the process alive.
setTimeout(() => process.exit(), 500).unref();
