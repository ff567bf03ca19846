/** What the capture loads into the kernel is removed with it, however it ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CANNOT_CAPTURE, openCapture } from '../../harness/captures.ts';
import { freePort } from '../../harness/free-port.ts';
import { MUSUBI, NODE } from '../../harness/places.ts';
import { start } from '../../harness/process.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { runWorkload } from '../../harness/workload.ts';

/**
 * The BPF programs, maps and links that a process holds, as `prog 42`. Taken from its file descriptors, because
 * other captures may start and end meanwhile.
 */
function heldBy(pid: number): Set<string> {
  const held = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    try {
      const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
      // A link also lists its program, which is an object of its own.
      for (const [, kind, id] of info.matchAll(/^(prog|map|link)_id:\s*(\d+)$/gm)) held.add(`${kind} ${id}`);
    } catch {
      // Closed after it was listed.
    }
  }
  return held;
}

async function inKernel(): Promise<Set<string>> {
  return new Set((await runWorkload('bpf-objects', [])).split('\n'));
}

const kinds = (objects: ReadonlySet<string>) => new Set([...objects].map((object) => object.split(' ')[0]));

const without = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
  new Set([...some].filter((object) => !others.has(object)));

/** The kernel frees unreferenced objects after an RCU grace period. */
async function expectGone(objects: ReadonlySet<string>): Promise<void> {
  const left = async () => {
    const there = await inKernel();
    return new Set([...objects].filter((object) => there.has(object)));
  };
  await waitFor(
    async () => (await left()).size === 0 || undefined,
    'the kernel to free the objects',
    30_000,
  ).catch(() => {});
  expect(await left()).toEqual(new Set());
}

describe.skipIf(CANNOT_CAPTURE)(
  `the kernel holds no object of the capture${CANNOT_CAPTURE ? ` (${CANNOT_CAPTURE})` : ''}`,
  () => {
    it('after it is closed, however often it is opened', async () => {
      const before = heldBy(process.pid);
      const files: number[] = [];
      for (let time = 0; time < 5; time++) {
        const capture = await openCapture('ebpf');
        await capture.read();
        const held = without(heldBy(process.pid), before);
        expect(kinds(held)).toEqual(new Set(['prog', 'map', 'link']));
        expect(without(held, await inKernel())).toEqual(new Set());
        capture.close();
        expect(heldBy(process.pid)).toEqual(before);
        await expectGone(held);
        files.push(readdirSync('/proc/self/fd').length);
      }
      expect(files.at(-1), 'open files after the last run and after the first').toBe(files[0]);
    });

    it('after the exporter that ran it is killed', async () => {
      const listen = `127.0.0.1:${await freePort()}`;
      const agent = start([NODE, MUSUBI, 'agent', '--capture', 'ebpf', '--web.listen-address', listen]);
      await waitFor(
        async () =>
          (await (await fetch(`http://${listen}/metrics`)).text()).includes(
            'musubi_collection_cycles_total',
          ) || undefined,
        () => `the exporter: ${agent.stderr()}`,
      );
      const held = heldBy(agent.pid);
      expect(kinds(held)).toEqual(new Set(['prog', 'map', 'link']));
      await agent.stop('SIGKILL');
      await expectGone(held);
    });
  },
);
