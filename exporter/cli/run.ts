/** Entry point of the bundle: connects `main` to this process. */
import { main } from './main.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// A reader that went away (`musubi snapshot | head`) ends the program quietly.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stop: stop.signal,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
// A peer that does not answer, such as an OTLP endpoint, must not keep a process that has nothing left to do.
setTimeout(() => process.exit(), 500).unref();
