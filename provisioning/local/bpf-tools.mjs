import { spawnSync } from 'node:child_process';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import { print, SetupError } from './console.mjs';
import { canInstall, installCommand, installPackages, which } from './debian.mjs';

/**
 * Installs the packages that compile and load the in-kernel capture. They are optional: where they are missing and cannot
 * be installed, one line lists them.
 */
export async function ensureBpfTools() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  try {
    if (canInstall()) return await installPackages(missing);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
  }
  print(
    `No in-kernel capture (eBPF), so short connections may be missed. It needs: ${installCommand(missing)}`,
  );
}

function missingPackages() {
  const compiler = findBpfCompiler();
  return [...('missing' in compiler ? compiler.missing : []), ...(hasLibbpf() ? [] : ['libbpf1'])];
}

/** Whether the dynamic linker finds libbpf, which loads programs into the kernel. */
function hasLibbpf() {
  const { stdout } = spawnSync(which('ldconfig') ?? 'ldconfig', ['-p'], { encoding: 'utf8' });
  return `${stdout}`.includes('libbpf.so.1 ');
}
