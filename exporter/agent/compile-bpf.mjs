/** Compiles the in-kernel capture. Plain JavaScript without packages: the set-up asks it what is missing first. */
import { spawnSync } from 'node:child_process';

const BPF_SOURCE = `${import.meta.dirname}/bpf/musubi.bpf.c`;

/** Newest first, as Debian names them; 14 is the oldest that was tried. */
const NUMBERED = Array.from({ length: 12 }, (_, i) => `clang-${25 - i}`);
const TARGET = ['-target', 'bpf'];

/**
 * A clang that compiles for the kernel, with libbpf's headers; or what is missing, as the names of Debian's packages.
 * @returns {{ clang: string } | { missing: string[] }}
 */
export function findBpfCompiler() {
  const clang = ['clang', ...NUMBERED].find((name) => run(name, ['--version']).status === 0);
  if (!clang) return { missing: ['clang', 'libbpf-dev'] };
  const input = '#if !__has_include(<bpf/bpf_helpers.h>)\n#error\n#endif\n';
  if (run(clang, [...TARGET, '-E', '-x', 'c', '-'], input).status !== 0) return { missing: ['libbpf-dev'] };
  return { clang };
}

/**
 * Compiles the kernel program to a file. Returns what is missing for it; throws when the program is wrong.
 * @param {string} output
 * @returns {string[]}
 */
export function compileBpf(output) {
  const found = findBpfCompiler();
  if ('missing' in found) return found.missing;
  const options = ['-O2', '-g', '-mcpu=v3', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = run(found.clang, [...TARGET, ...options, '-c', BPF_SOURCE, '-o', output]);
  if (status !== 0) throw new Error(`${BPF_SOURCE} does not compile:\n${stderr}`);
  // Where it is at hand: a quarter of the file is for debuggers, and the rest of the -g for the kernel.
  run(found.clang.replace('clang', 'llvm-strip'), ['-g', output]);
  return [];
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [input]
 */
function run(program, args, input) {
  return spawnSync(program, args, { encoding: 'utf8', input });
}
