import { spawnSync } from 'node:child_process';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import { installCommand, installPackages, mayInstall, which } from './debian.mjs';
import { SetupError, say } from './say.mjs';

/**
 * Installs what compiles and loads the in-kernel capture. All else works without: where it is missing and may not be
 * installed, one line says so.
 */
export async function ensureBpfTools() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  try {
    if (mayInstall()) return await installPackages(missing);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
  }
  say(
    `No in-kernel capture (eBPF), so short connections may be missed. It needs: ${installCommand(missing)}`,
  );
}

function missingPackages() {
  const compiler = findBpfCompiler();
  return [...('missing' in compiler ? compiler.missing : []), ...(hasLibbpf() ? [] : ['libbpf1'])];
}

/** Whether the dynamic linker knows libbpf, by which programs are loaded into the kernel. */
function hasLibbpf() {
  const { stdout } = spawnSync(which('ldconfig') ?? 'ldconfig', ['-p'], { encoding: 'utf8' });
  return `${stdout}`.includes('libbpf.so.1 ');
}
