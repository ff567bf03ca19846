import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** The kernel's clock ticks per second in /proc, on every architecture Node.js supports. */
const TICK = 0.01;

/** CPU seconds of a process so far, and of its children that have ended. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may contain spaces; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK;
}

/** CPU seconds of a process so far, to the nanosecond; without threads that have ended. */
export function runSeconds(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e9;
  }, 0);
}

/** CPU seconds of the whole machine so far, including interrupts, but not steal time. */
export function systemCpuSeconds(): number {
  const [total = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = total.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * TICK;
}

/** A field of /proc/PID/status in kB, as MB (of 1,000,000 bytes). */
export function megabytes(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no ${name}`);
  return (Number(kib) * 1024) / 1e6;
}

/** Seconds that the kernel has spent in the eBPF programs of a process, while it counted them. */
export function bpfSeconds(pid: number): number {
  const folder = `/proc/${pid}/fdinfo`;
  const programs = new Map<string, number>();
  for (const fd of readdirSync(folder)) {
    const info = readInfo(`${folder}/${fd}`);
    const id = /^prog_id:\s+(\d+)$/m.exec(info)?.[1];
    const nanoseconds = /^run_time_ns:\s+(\d+)$/m.exec(info)?.[1];
    if (id !== undefined && nanoseconds !== undefined) programs.set(id, Number(nanoseconds) / 1e9);
  }
  return [...programs.values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** A file descriptor may have been closed since it was listed. */
function readInfo(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether the kernel counts the run time of eBPF programs, which costs a little itself. */
const BPF_STATS = '/proc/sys/kernel/bpf_stats_enabled';

/** Measures while the kernel counts the run time of eBPF programs; undefined if it cannot be enabled. */
export async function countingBpf<T>(measure: () => Promise<T>): Promise<T | undefined> {
  let before: string;
  try {
    before = readFileSync(BPF_STATS, 'utf8');
    writeFileSync(BPF_STATS, '1');
  } catch {
    return undefined;
  }
  const restore = () => writeFileSync(BPF_STATS, before);
  process.once('exit', restore);
  try {
    return await measure();
  } finally {
    process.off('exit', restore);
    restore();
  }
}
