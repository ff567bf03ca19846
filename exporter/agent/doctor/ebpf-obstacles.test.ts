import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ebpfObstacles, type Surroundings } from './ebpf-obstacles.ts';

let folder: string;
let where: Surroundings;

const status = (held: bigint, pids = '42') => `NSpid:\t${pids}\nCapEff:\t${held.toString(16)}\n`;
const caps = (...bits: number[]) => bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
const [NET_ADMIN, SYS_ADMIN, PERFMON, BPF] = [12, 21, 38, 39] as const;
const mount = (type: string, point: string) => `41 31 0:38 / ${point} rw - ${type} ${type} rw\n`;

const REFUSED = new Error('bpf_object__load failed: EPERM');

/** A host that offers all there is: each test takes something away. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'musubi-host-'));
  write('sys/kernel/btf/vmlinux', '');
  write('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
  write('proc/self/uid_map', '         0          0 4294967295\n');
  write('proc/self/status', status(caps(BPF, PERFMON, NET_ADMIN)));
  write('proc/self/mountinfo', mount('tmpfs', '/sys/fs/cgroup') + mount('cgroup2', '/sys/fs/cgroup/unified'));
  write('musubi.bpf.o', '');
  live(4026531836);
  where = {
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

/** Puts this process in a pid namespace. */
function live(namespace: number): void {
  const link = join(folder, 'proc/self/ns/pid');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(`pid:[${namespace}]`, link);
}

const found = (changes: Partial<Surroundings> = {}) =>
  ebpfObstacles({ ...where, ...changes }, REFUSED).map(({ what }) => what);

it('finds none where all is there', () => {
  expect(found()).toEqual([]);
});

it.each(['5.14.0-rc1', '6.0.0', '10.1.2-generic'])('takes Linux %s', (kernel) => {
  expect(found({ kernel })).toEqual([]);
});

it.each(['5.13.19', '4.19.0-26-amd64'])('does not take Linux %s', (kernel) => {
  expect(found({ kernel })).toEqual([expect.stringMatching(/^Linux [45]\.1[39] is too old$/)]);
});

it.each([
  ['BPF', [PERFMON, NET_ADMIN], ['no CAP_BPF']],
  ['PERFMON', [BPF, NET_ADMIN], ['no CAP_PERFMON']],
  ['NET_ADMIN', [BPF, PERFMON], ['no CAP_NET_ADMIN']],
  ['all', [], ['no CAP_BPF', 'no CAP_PERFMON', 'no CAP_NET_ADMIN']],
  ['all, but holds SYS_ADMIN,', [SYS_ADMIN], []],
])('names each capability: one that lacks %s', (_title, held, missing) => {
  write('proc/self/status', status(caps(...held)));
  expect(found()).toEqual(missing);
});

it.each([
  ['/sys/kernel/btf/vmlinux', () => rmSync(join(folder, 'sys/kernel/btf/vmlinux')), /describe its types/],
  [
    'permission to read the kernel',
    () => write('sys/kernel/security/lockdown', 'none integrity [confidentiality]'),
    /locked down/,
  ],
  ['capabilities that count', () => write('proc/self/uid_map', '0 1000 1'), /^a user namespace/],
  ['the kernel program', () => rmSync(join(folder, 'musubi.bpf.o')), /^its kernel program is not built/],
  [
    'cgroup2',
    () => write('proc/self/mountinfo', mount('tmpfs', '/sys/fs/cgroup')),
    /^cgroup2 is not mounted$/,
  ],
  ['the host’s pids', () => live(4026532000), /^a pid namespace of its own/],
])('says what it lacks, and what to do: %s', (_title, takeAway, expected) => {
  takeAway();
  expect(ebpfObstacles(where, REFUSED)).toEqual([
    { what: expect.stringMatching(expected), remedy: expect.stringMatching(/^[^\n]{10,}$/) },
  ]);
});

it('takes a proc file system that is mounted from the host into a container', () => {
  live(4026532000);
  write('proc/self/status', status(caps(BPF, PERFMON, NET_ADMIN), '31337\t1'));
  expect(found()).toEqual([]);
});

it('tells a part of the cgroup2 hierarchy from the whole', () => {
  expect(found({ inodeOf: () => 3177 })).toEqual(['only a part of the cgroup2 hierarchy is to be seen']);
  write('proc/self/mountinfo', mount('cgroup2', '/sys/fs/cgroup') + mount('cgroup2', '/host/cgroup'));
  expect(found({ inodeOf: (path) => (path === '/host/cgroup' ? 1 : 3177) })).toEqual([]);
});

it('tells that libbpf is not there', () => {
  const loadLibbpf = () => {
    throw new Error('libbpf.so.1: cannot open shared object file');
  };
  expect(found({ loadLibbpf })).toEqual(['libbpf.so.1 not found']);
});

it('suspects a seccomp filter where nothing else forbids it', () => {
  const told = `${status(caps(BPF, PERFMON, NET_ADMIN))}Seccomp:\t2\n`;
  write('proc/self/status', told);
  expect(found()).toEqual(['a seccomp filter is in force, and may forbid bpf(2)']);
  expect(ebpfObstacles(where, new Error('bpf_object__load failed: ENOMEM'))).toEqual([]);
  expect(found({ kernel: '4.19.0' })).toEqual(['Linux 4.19 is too old']);
});
