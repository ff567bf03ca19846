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
 * An agent lives for weeks and must not cost what a server may: it has a small young generation, and one heap for all
 * of its threads, not one for each (mallopt(3)). Both are settled when a process begins, so this one begins anew.
 */
function keepSmall() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  if (given.some((options) => options.includes('--max-semi-space-size'))) return;
  const args = [...process.execArgv, '--max-semi-space-size=1', ...process.argv.slice(1)];
  process.execve?.(process.execPath, [process.execPath, ...args], { MALLOC_ARENA_MAX: '1', ...process.env });
}
