import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemdUnit } from '../systemd-unit.ts';
import { parseCgroup } from './cgroup.ts';
import { parseMachine } from './machine.ts';

const A = '7951fb549ab99e0722a949b6c121634e1f3a36b5bacbe5392991e3b12251e6b8';
const NGINX = 'system.slice/nginx.service';

const machineOf = (path: string) => parseMachine(`0::${path}\n`);
const unitOf = (path: string) => systemdUnit(`0::${path}\n`);

// Forms as container managers create them; the manager stands beside each.
describe('finds the machine, and the unit within it', () => {
  it.each([
    // LXC from 4.0, LXD, Incus
    [`/lxc.payload.web-1/${NGINX}`, 'web-1'],
    // LXD and Incus with a project
    [`/lxc.payload.shop_web-1/${NGINX}`, 'shop_web-1'],
    // Incus in a slice
    [`/system.slice/lxc.payload.web-1/${NGINX}`, 'web-1'],
    // LXC 3.1 and 3.2
    [`/lxc.payload/web-1/${NGINX}`, 'web-1'],
    // LXC before 3.1
    [`/lxc/web-1/${NGINX}`, 'web-1'],
    // Proxmox
    [`/lxc/101/ns/${NGINX}`, '101'],
    // systemd-nspawn, started by machinectl
    [`/machine.slice/systemd-nspawn@web\\x2d1.service/payload/${NGINX}`, 'web-1'],
    // Before systemd 239
    [`/machine.slice/systemd-nspawn@web.service/${NGINX}`, 'web'],
    // systemd-nspawn on the command line (github.com/systemd/systemd/issues/18104)
    [`/machine.slice/machine-web\\x2d1.scope/payload/${NGINX}`, 'web-1'],
    [`/machine.slice/machine-web.scope/${NGINX}`, 'web'],
    // systemd-nspawn in a unit of its own (github.com/systemd/systemd/issues/20889)
    [`/l8r.slice/l8r-domaintld@web.service/payload/${NGINX}`, 'l8r-domaintld@web'],
    // libvirt
    [`/machine.slice/machine-lxc\\x2d1268\\x2dweb\\x2d1.scope/${NGINX}`, 'web-1'],
    [`/machine.slice/machine-lxc\\x2d1268\\x2dweb.scope/libvirt/${NGINX}`, 'web'],
    // libvirt without systemd (github.com/systemd/systemd/issues/13629)
    [`/machine/lxc-1268-web.libvirt-lxc/${NGINX}`, 'web'],
    // A machine in a machine
    [`/lxc.payload.outer/lxc.payload.inner/${NGINX}`, 'outer/inner'],
    [`/lxc/101/ns/lxc/102/ns/${NGINX}`, '101/102'],
    [`/machine.slice/systemd-nspawn@a.service/payload/machine.slice/machine-b.scope/payload/${NGINX}`, 'a/b'],
    // Machines of users
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/lxc.payload.web/${NGINX}`, 'user@1000/web'],
    [`/user.slice/user-1000.slice/session-3.scope/lxc.payload.web/${NGINX}`, 'user@1000/web'],
    [
      `/user.slice/user-1000.slice/user@1000.service/machine.slice/machine-web.scope/payload/${NGINX}`,
      'user@1000/web',
    ],
    // From within another cgroup namespace, cgroup_namespaces(7)
    [`/../../lxc.payload.web/${NGINX}`, 'web'],
    [`/lxc.payload.web/${NGINX} (deleted)`, 'web'],
  ])('%s', (path, machine) => {
    expect(machineOf(path)).toBe(machine);
    expect(unitOf(path)).toBe(`${machine}/nginx`);
  });
});

describe('finds the machine of a process outside of its units', () => {
  it.each([
    ['/lxc.payload.web', 'web'],
    ['/lxc.payload.web/.lxc', 'web'],
    ['/lxc.payload.web/init.scope', 'web'],
    ['/lxc.payload.web/user.slice/user-0.slice/session-1.scope', 'web'],
    ['/lxc/101/ns', '101'],
    ['/machine.slice/systemd-nspawn@web.service/payload', 'web'],
    ['/machine.slice/machine-web.scope/payload/init.scope', 'web'],
    ['/machine.slice/machine-qemu\\x2d3\\x2dvm1.scope/libvirt/emulator', 'vm1'],
  ])('%s', (path, machine) => {
    expect(machineOf(path)).toBe(machine);
    expect(unitOf(path)).toBeUndefined();
  });
});

describe('finds no machine for a process', () => {
  it.each([
    ['of the host', `/${NGINX}`],
    ['of a user', '/user.slice/user-1000.slice/user@1000.service/app.slice/web.service'],
    ['that monitors a machine', '/lxc.monitor.web'],
    ['that monitors a machine of Proxmox', '/lxc.monitor/101'],
    ['of systemd-nspawn', '/machine.slice/systemd-nspawn@web.service/supervisor'],
    ['of systemd-nspawn in a scope', '/machine.slice/machine-web.scope/supervisor'],
    ['of a service with a group named `payload`', '/system.slice/db.service/payload'],
    ['of LXC’s file system', '/system.slice/lxcfs.service'],
    ['of a container', `/machine.slice/libpod-${A}.scope/${NGINX}`],
    ['in a folder for machines', '/lxc'],
  ])('%s: %s', (_title, path) => expect(machineOf(path)).toBeUndefined());
});

describe('a group of a machine’s name, created by', () => {
  const machine = `lxc.payload.web/${NGINX}`;
  it.each([
    [
      'a user',
      `/user.slice/user-1000.slice/user@1000.service/x.service/${machine}`,
      'user@1000/x.service/web',
    ],
    ['a service', `/system.slice/ci.service/${machine}`, 'ci.service/web'],
    ['a container', `/system.slice/docker-${A}.scope/${machine}`, `${A.slice(0, 12)}/web`],
    ['another machine', `/lxc.payload.other/${machine}`, 'other/web'],
    [
      'a user of another machine',
      `/lxc.payload.other/user.slice/user-7.slice/${machine}`,
      'other/user@7/web',
    ],
  ])('%s is not that machine', (_title, path, name) => {
    expect(machineOf(path)).toBe(name);
    expect(unitOf(path)).toBe(`${name}/nginx`);
  });
});

it('reads all hierarchies', () => {
  // libvirt registers its machines in some hierarchies only.
  const libvirt =
    '4:memory:/machine/lxc-1268-web.libvirt-lxc\n1:name=systemd:/system.slice/libvirtd.service\n';
  expect(parseMachine(libvirt)).toBe('web');
  expect(systemdUnit(libvirt)).toBeUndefined();
  const hybrid = `4:memory:/lxc/web\n1:name=systemd:/lxc/web/${NGINX}\n0::/\n`;
  expect(parseMachine(hybrid)).toBe('web');
  expect(systemdUnit(hybrid)).toBe('web/nginx');
});

it('finds that a container runs in a machine', () => {
  expect(parseCgroup(`0::/lxc.payload.web/system.slice/docker-${A}.scope\n`)).toEqual({
    runtime: 'docker',
    containerId: A,
    isInMachine: true,
  });
  expect(parseCgroup(`0::/docker/${A}/lxc.payload.web\n`)).toEqual({ runtime: 'docker', containerId: A });
});

/** The names of machines are host names, and those of units any text that systemd escapes. */
const machineName = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  .filter((name) => !/^(lxc|qemu|xen)-\d/.test(name));
const unit = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9@.:-]{0,8}$/).map((name) => `${name}.service`),
  fc.constantFrom('nginx.service', 'a\\x2fb.service', 'x.service/payload', 'init.scope'),
);
const escapeName = (name: string) => name.replaceAll('-', '\\x2d');
/** One manager, as the names of machines are unique to each. */
const layout = fc.constantFrom(
  (name: string) => `lxc.payload.${name}`,
  (name: string) => `lxc/${name}/ns`,
  (name: string) => `machine.slice/systemd-nspawn@${escapeName(name)}.service/payload`,
  (name: string) => `machine.slice/machine-${escapeName(name)}.scope/payload`,
  (name: string) => `machine.slice/machine-lxc\\x2d17\\x2d${escapeName(name)}.scope`,
);
const owner = fc.constantFrom(
  '',
  'user.slice/user-1000.slice/user@1000.service/',
  'user.slice/user-1001.slice/user@1001.service/',
);
const within = fc.constantFrom('system.slice/', 'user.slice/user-0.slice/user@0.service/app.slice/', '');

it('never gives one name to processes of two machines, or of a machine and the host', () => {
  const place = fc.record({ owner, machines: fc.array(machineName, { maxLength: 3 }), within, unit });
  fc.assert(
    fc.property(layout, place, place, (inLayout, one, other) => {
      const keyOf = ({ owner, machines }: typeof one) => `${machines.length > 0 ? owner : ''} ${machines}`;
      fc.pre(keyOf(one) !== keyOf(other));
      const [first, second] = [one, other].map(({ owner, machines, within, unit }) => {
        const path = `/${owner}${machines.map((name) => `${inLayout(name)}/`).join('')}${within}${unit}`;
        return { machine: machineOf(path), unit: unitOf(path) };
      });
      expect(first?.machine).not.toBe(second?.machine);
      if (first?.unit !== undefined) expect(first.unit).not.toBe(second?.unit);
    }),
    { numRuns: 1000 },
  );
});
