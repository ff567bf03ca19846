/** The cost of the exporter's eBPF programs for a continuous load: they are loaded and unloaded in turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findCgroupRoot } from '../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { kernelProgramPath, loadKernelProgram } from '../../exporter/agent/capture/ebpf/kernel-program.ts';
import { loadLibbpf } from '../../exporter/agent/native/libbpf.ts';
import { shuffled } from './pairs.ts';
import { runSeconds } from './usage.ts';

/** Time in ms for loading and unloading, which is not measured. */
const SETTLE = 200;

/** A load and its progress. */
export interface Work {
  readonly pids: readonly number[];
  /** Number of completed requests. */
  count(): Promise<number>;
}

/**
 * Loss of throughput in each round with the programs loaded, in percent, computed from the CPU time per request: a load
 * that has the whole machine completes so many fewer. Other processes slow it down, but hardly change this figure; and
 * between slices as short as `slice` (in ms) the machine hardly changes.
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
