#!/usr/bin/env node
/** The `musubi` command: checks Node.js, trims its memory and runs the bundle that `npm run build` makes. */
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const bundle = new URL('../dist/musubi.js', import.meta.url);

if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`musubi: needs Node.js 22.15 or later, this is ${process.version}\n`);
  process.exitCode = 1;
} else if (!existsSync(bundle)) {
  process.stderr.write('musubi: not built yet; run: npm start, or npm install && npm run build\n');
  process.exitCode = 1;
} else {
  if (process.argv[2] === 'agent') keepSmall();
  // Small code. The last compiler takes 5 MB, and nothing here runs hot enough to gain by it.
  setFlagsFromString('--no-turbofan');
  setFlagsFromString('--optimize-for-size');
  await import(bundle.href);
}

/**
 * An agent runs for weeks and must use little memory: it gets a small new space, and one malloc arena for all threads
 * instead of one each (mallopt(3)). Both are set when a process starts, so this one executes itself again. SIGUSR1 is
 * ignored from the start: it opens Node's inspector, to which every local user can connect.
 */
function keepSmall() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  if (given.some((options) => options.includes('--max-semi-space-size'))) return;
  const args = [
    ...process.execArgv,
    '--max-semi-space-size=1',
    '--disable-sigusr1',
    ...process.argv.slice(1),
  ];
  process.execve?.(process.execPath, [process.execPath, ...args], { MALLOC_ARENA_MAX: '1', ...process.env });
}
