/** What the exporter's eBPF programs cost a load that never stops: they are put in and taken out in turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findCgroupRoot } from '../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { kernelProgramPath, loadKernelProgram } from '../../exporter/agent/capture/ebpf/kernel-program.ts';
import { loadLibbpf } from '../../exporter/agent/native/libbpf.ts';
import { shuffled } from './pairs.ts';
import { runSeconds } from './usage.ts';

/** How long what loading and unloading costs may last, in ms: it is not measured. */
const SETTLE = 200;

/** A load and how much it has done so far. */
export interface Work {
  readonly pids: readonly number[];
  /** How many requests have been answered. */
  count(): Promise<number>;
}

/**
 * Percent of the throughput that each round lost with the programs in the kernel, by the CPU time that a request took:
 * a load that has all of the machine answers as many fewer. Others that run meanwhile take from its speed, and little
 * from this; and between slices as short as `slice` (in ms) the machine has little time to change.
 */
export async function lostToPrograms(
  { pids, count }: Work,
  { rounds, slice }: { readonly rounds: number; readonly slice: number },
): Promise<number[]> {
  const libbpf = loadLibbpf();
  const cgroupRoot = findCgroupRoot('/proc');
  const spent = () => pids.reduce((sum, pid) => sum + runSeconds(pid), 0);

  async function cost(): Promise<number> {
    await sleep(SETTLE);
    const [before, answered] = [spent(), await count()];
    await sleep(slice);
    return (spent() - before) / ((await count()) - answered);
  }

  async function costWithPrograms(): Promise<number> {
    const program = loadKernelProgram(libbpf, kernelProgramPath(), cgroupRoot);
    try {
      return await cost();
    } finally {
      program.close();
    }
  }

  const lost: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const costs = { on: 0, off: 0 };
    for (const state of shuffled(['on', 'off'] as const))
      costs[state] = await (state === 'on' ? costWithPrograms() : cost());
    lost.push((1 - costs.off / costs.on) * 100);
  }
  return lost;
}
