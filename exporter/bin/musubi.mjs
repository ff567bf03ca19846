#!/usr/bin/env node
/** The `musubi` command: checks Node.js, trims its memory and runs the bundle that `npm run build` makes. */
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

const [major, minor] = process.versions.node.split('.').map(Number);
const bundle = new URL('../dist/musubi.js', import.meta.url);

if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`musubi: needs Node.js 22.15 or later, this is ${process.version}\n`);
  process.exitCode = 1;
} else if (!existsSync(bundle)) {
  process.stderr.write('musubi: not built yet; run: npm start, or npm install && npm run build\n');
  process.exitCode = 1;
} else {
  // A small young generation and small code: an agent lives for weeks and must not cost what a server may. Its last
  // compiler takes 5 MB, and nothing here runs hot enough to gain by it.
  setFlagsFromString('--max-semi-space-size=1');
  setFlagsFromString('--no-turbofan');
  setFlagsFromString('--optimize-for-size');
  await import(bundle.href);
}
