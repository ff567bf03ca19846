import { expect, it } from 'vitest';
import { createCgroupWorkloads } from './cgroup-workloads.ts';
import { createContainerNamer } from './container-namer.ts';
import type { NameSource } from './name-source.ts';

const CGROUP = `0::/docker/${'a'.repeat(64)}\n`;

it('names the processes of a container after a refresh', async () => {
  const source: NameSource = {
    title: 'Docker',
    isFor: () => true,
    lookUp: async ([container], onName) =>
      void (container && onName(container, { service: 'web', kind: 'container' })),
  };
  const namer = createContainerNamer({ sources: [source], log: { warn: () => {} }, uptime: () => 0 });
  const workloads = createCgroupWorkloads(namer);
  expect(workloads.of('0::/system.slice/nginx.service\n')).toBeUndefined();
  expect(await workloads.refresh()).toBe(false);
  expect(workloads.of(CGROUP)).toBeUndefined();
  expect(await workloads.refresh()).toBe(true);
  const name = workloads.of(CGROUP);
  expect(name).toEqual({ service: 'web', kind: 'container' });
  // The same object, so that an unchanged workload can be recognised by identity.
  expect(workloads.of(CGROUP)).toBe(name);
});

it('does not look up a container that runs within a machine', async () => {
  const source: NameSource = {
    title: 'Docker',
    isFor: () => true,
    lookUp: () => Promise.reject(new Error()),
  };
  const namer = createContainerNamer({ sources: [source], log: { warn: () => {} }, uptime: () => 0 });
  const workloads = createCgroupWorkloads(namer);
  expect(workloads.of(`0::/lxc.payload.web/docker/${'a'.repeat(64)}\n`)).toBeUndefined();
  expect(await workloads.refresh()).toBe(false);
});
