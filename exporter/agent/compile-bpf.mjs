/** Compiles the BPF programs. Plain JavaScript without packages: the set-up uses it before any are installed. */
import { spawnSync } from 'node:child_process';

/** The program, and the part of it that only newer kernels load. */
export const BPF_OBJECTS = ['musubi.bpf.o', 'musubi-unix.bpf.o'];

/** Newest first, as Debian names them; 14 is the oldest tested version. */
const NUMBERED = Array.from({ length: 12 }, (_, i) => `clang-${25 - i}`);
const TARGET = ['-target', 'bpf'];

/**
 * A clang that supports BPF, with libbpf's headers; or the missing Debian packages.
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
 * Compiles the BPF programs into a folder. Returns the missing Debian packages; throws if one does not compile.
 * @param {string} folder
 * @returns {string[]}
 */
export function compileBpf(folder) {
  const found = findBpfCompiler();
  if ('missing' in found) return found.missing;
  for (const object of BPF_OBJECTS)
    compile(found.clang, `${import.meta.dirname}/bpf/${object.replace(/o$/, 'c')}`, `${folder}/${object}`);
  return [];
}

/**
 * @param {string} clang
 * @param {string} source
 * @param {string} output
 */
function compile(clang, source, output) {
  const options = ['-O2', '-g', '-mcpu=v3', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = run(clang, [...TARGET, ...options, '-c', source, '-o', output]);
  if (status !== 0) throw new Error(`${source} does not compile:\n${stderr}`);
  // If installed: a quarter of the file is DWARF for debuggers; the kernel needs only the BTF.
  run(clang.replace('clang', 'llvm-strip'), ['-g', output]);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [input]
 */
function run(program, args, input) {
  return spawnSync(program, args, { encoding: 'utf8', input });
}
