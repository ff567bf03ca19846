import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type EbpfHost, missingForEbpf } from './missing-requirements.ts';

let folder: string;
let host: EbpfHost;

const status = (held: bigint, pids = '42') => `NSpid:\t${pids}\nCapEff:\t${held.toString(16)}\n`;
const caps = (...bits: number[]) => bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
const [NET_ADMIN, SYS_ADMIN, PERFMON, BPF] = [12, 21, 38, 39] as const;
const mount = (type: string, point: string) => `41 31 0:38 / ${point} rw - ${type} ${type} rw\n`;

const REFUSED = new Error('bpf_object__load failed: EPERM');

/** A host that lacks nothing: each test removes something. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-host-'));
  write('sys/kernel/btf/vmlinux', '');
  write('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
  write('proc/self/uid_map', '         0          0 4294967295\n');
  write('proc/self/status', status(caps(BPF, PERFMON, NET_ADMIN)));
  write('proc/self/mountinfo', mount('tmpfs', '/sys/fs/cgroup') + mount('cgroup2', '/sys/fs/cgroup/unified'));
  write('musubi.bpf.o', '');
  setPidNamespace(4026531836);
  host = {
    procRoot: join(folder, 'proc'),
    sysRoot: join(folder, 'sys'),
    kernel: '5.14.0',
    program: join(folder, 'musubi.bpf.o'),
    loadLibbpf: () => {},
    inodeOf: () => 1,
  };
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Sets the pid namespace of this process. */
function setPidNamespace(namespace: number): void {
  const link = join(folder, 'proc/self/ns/pid');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(`pid:[${namespace}]`, link);
}

const found = (changes: Partial<EbpfHost> = {}) =>
  missingForEbpf({ ...host, ...changes }, REFUSED).map(({ what }) => what);

it('finds nothing missing on a complete host', () => {
  expect(found()).toEqual([]);
});

it.each(['5.14.0-rc1', '6.0.0', '10.1.2-generic'])('supports Linux %s', (kernel) => {
  expect(found({ kernel })).toEqual([]);
});

it.each(['5.13.19', '4.19.0-26-amd64'])('does not support Linux %s', (kernel) => {
  expect(found({ kernel })).toEqual([expect.stringMatching(/^Linux [45]\.1[39] is too old$/)]);
});

it.each([
  ['BPF', [PERFMON, NET_ADMIN], ['no CAP_BPF']],
  ['PERFMON', [BPF, NET_ADMIN], ['no CAP_PERFMON']],
  ['NET_ADMIN', [BPF, PERFMON], ['no CAP_NET_ADMIN']],
  ['all', [], ['no CAP_BPF', 'no CAP_PERFMON', 'no CAP_NET_ADMIN']],
  ['all, but with SYS_ADMIN', [SYS_ADMIN], []],
])('lists each missing capability without %s', (_title, held, missing) => {
  write('proc/self/status', status(caps(...held)));
  expect(found()).toEqual(missing);
});

it.each([
  ['/sys/kernel/btf/vmlinux', () => rmSync(join(folder, 'sys/kernel/btf/vmlinux')), /^the kernel has no BTF/],
  [
    'permission to read kernel memory',
    () => write('sys/kernel/security/lockdown', 'none integrity [confidentiality]'),
    /^kernel lockdown/,
  ],
  ['capabilities on the host', () => write('proc/self/uid_map', '0 1000 1'), /^it runs in a user namespace/],
  ['the BPF program', () => rmSync(join(folder, 'musubi.bpf.o')), /^the BPF program is not built/],
  [
    'cgroup2',
    () => write('proc/self/mountinfo', mount('tmpfs', '/sys/fs/cgroup')),
    /^cgroup2 is not mounted$/,
  ],
  ['the host’s pids', () => setPidNamespace(4026532000), /^it runs in a pid namespace/],
])('reports what is missing and the remedy without %s', (_title, remove, expected) => {
  remove();
  expect(missingForEbpf(host, REFUSED)).toEqual([
    { what: expect.stringMatching(expected), remedy: expect.stringMatching(/^[^\n]{10,}$/) },
  ]);
});

it('accepts a proc file system mounted from the host into a container', () => {
  setPidNamespace(4026532000);
  write('proc/self/status', status(caps(BPF, PERFMON, NET_ADMIN), '31337\t1'));
  expect(found()).toEqual([]);
});

it('distinguishes part of the cgroup2 hierarchy from the whole', () => {
  expect(found({ inodeOf: () => 3177 })).toEqual(['only part of the cgroup2 hierarchy is visible']);
  write('proc/self/mountinfo', mount('cgroup2', '/sys/fs/cgroup') + mount('cgroup2', '/host/cgroup'));
  expect(found({ inodeOf: (path) => (path === '/host/cgroup' ? 1 : 3177) })).toEqual([]);
});

it('reports that libbpf is not installed', () => {
  const loadLibbpf = () => {
    throw new Error('libbpf.so.1: cannot open shared object file');
  };
  expect(found({ loadLibbpf })).toEqual(['libbpf.so.1 not found']);
});

it('suspects a seccomp filter where nothing else explains EPERM', () => {
  const seccomp = `${status(caps(BPF, PERFMON, NET_ADMIN))}Seccomp:\t2\n`;
  write('proc/self/status', seccomp);
  expect(found()).toEqual(['a seccomp filter is active and might block bpf(2)']);
  expect(missingForEbpf(host, new Error('bpf_object__load failed: ENOMEM'))).toEqual([]);
  expect(found({ kernel: '4.19.0' })).toEqual(['Linux 4.19 is too old']);
});
