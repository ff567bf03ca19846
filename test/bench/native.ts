import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.ts';
import { programPath } from './programs.ts';
import { STATE } from './state.ts';

/** Compiles a C program of this folder and returns its path. */
export async function compile(name: 'load' | 'crowd' | 'packets'): Promise<string> {
  mkdirSync(STATE, { recursive: true });
  const program = join(STATE, name);
  const source = join(import.meta.dirname, `${name}.c`);
  await run([programPath('cc'), '-O2', '-Wall', '-Wextra', '-pthread', '-o', program, source]);
  return program;
}
