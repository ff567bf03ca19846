import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import { ensureBpfTools } from './bpf-tools.mjs';

/** The only folder in PATH. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-path-'));
  vi.stubEnv('PATH', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** A compiler with or without libbpf's headers. */
function installClang(name: string, { headers }: { headers: boolean }): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] || exit ${headers ? 0 : 1}\n`);
  chmodSync(path, 0o755);
}

it('finds a clang with any version suffix, and lists what is missing', () => {
  expect(findBpfCompiler()).toEqual({ missing: ['clang', 'libbpf-dev'] });
  installClang('clang-16', { headers: true });
  installClang('clang-14', { headers: true });
  expect(findBpfCompiler()).toEqual({ clang: 'clang-16' });
  installClang('clang', { headers: false });
  expect(findBpfCompiler()).toEqual({ missing: ['libbpf-dev'] });
});

it('lists in one line what to install where it has no permission, and continues', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await ensureBpfTools();
  expect(write.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(/^No in-kernel capture .*: apt-get install \S+ clang libbpf-dev( libbpf1)?\n$/),
  ]);
});
