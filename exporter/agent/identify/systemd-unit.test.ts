import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemdUnit } from './systemd-unit.ts';

const v2 = (path: string) => systemdUnit(`0::${path}\n`);

describe('finds the unit', () => {
  it.each([
    ['/system.slice/nginx.service', 'nginx'],
    ['/system.slice/system-postgresql.slice/postgresql@15-main.service', 'postgresql@15-main'],
    ['/system.slice/nginx.service/workers/1', 'nginx'],
    ['/system.slice/db.service/payload.service', 'db'],
    ['/shop.slice/shop-front.slice/cart.service', 'cart'],
    ['/cart.service', 'cart'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/web.service', 'web'],
    // Quadlet of Podman
    [
      `/user.slice/user-1000.slice/user@1000.service/app.slice/web.service/libpod-payload-${'a'.repeat(64)}`,
      'web',
    ],
    ['/../../system.slice/nginx.service', 'nginx'],
    ['/system.slice/nginx.service (deleted)', 'nginx'],
    ['/system.slice/a:b.service', 'a:b'],
    ['/system.slice/_cgroup.watch.service', 'cgroup.watch'],
    ['/system.slice/my\\x2dshop@a\\x2db.service', 'my-shop@a-b'],
    ['/system.slice/caf\\xc3\\xa9.service', 'café'],
    ['/system.slice/caf\\xe9.service', 'caf\\xe9'],
    ['/system.slice/getty@.service', 'getty'],
    // A slash would be that of a machine.
    ['/system.slice/web\\x2fnginx.service', 'web\\x2fnginx'],
    ['/machine.slice/machine-x.scope/system.slice/nginx.service', 'x/nginx'],
  ])('of %s: %s', (path, unit) => expect(v2(path)).toBe(unit));
});

describe('finds no unit for a process', () => {
  it.each([
    ['at the root', '/'],
    ['of init', '/init.scope'],
    ['of a session', '/user.slice/user-0.slice/session-1.scope'],
    ['of a user manager', '/user.slice/user-1000.slice/user@1000.service/init.scope'],
    ['of a user’s scope', '/user.slice/user-1000.slice/user@1000.service/app.slice/app-x-12.scope'],
    ['of a container', `/system.slice/docker-${'a'.repeat(64)}.scope`],
    ['of a container without systemd', `/docker/${'a'.repeat(64)}`],
    ['of a scope, with any content', '/app.slice/app-x.scope/system.slice/nginx.service'],
    ['of `systemd-run` with a number', '/system.slice/run-u123.service'],
    ['of a newer `systemd-run`', '/system.slice/run-p812-i1812.service'],
    ['of a D-Bus connection', '/user.slice/user@1000.service/dbus-:1.2-org.example.App@0.service'],
    ['without a name', '/system.slice/.service'],
  ])('%s', (_title, path) => expect(v2(path)).toBeUndefined());
});

it.each([
  ['sshd@3-10.0.0.1:22-10.0.0.9:51000', 'sshd'],
  ['sshd@3-fd00::1:22-fd00::9:51000', 'sshd'],
  ['agent@12-4711-1000', 'agent'],
])('%s, an instance for a connection, is %s', (unit, name) => {
  expect(v2(`/system.slice/${unit}.service`)).toBe(name);
});

describe('reads the file of', () => {
  const docker = `/docker/${'a'.repeat(64)}`;
  it.each([
    ['v1', '12:pids:/system.slice/x.service\n1:name=systemd:/system.slice/nginx.service\n', 'nginx'],
    ['hybrid', '1:name=systemd:/system.slice/nginx.service\n0::/system.slice/nginx.service\n', 'nginx'],
    ['hybrid with v2 unused', '1:name=systemd:/system.slice/nginx.service\n0::/\n', 'nginx'],
    ['hybrid with v1 unused', '1:name=systemd:/\n0::/system.slice/nginx.service\n', 'nginx'],
    ['v1 without systemd', `2:cpu,cpuacct:${docker}\n1:memory:${docker}\n`, undefined],
    ['a kernel without cgroups', '', undefined],
    ['garbage', 'system.slice/nginx.service\n::\n0:\n', undefined],
  ])('%s', (_title, text, unit) => expect(systemdUnit(text)).toBe(unit));
});

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

it('accepts any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const file of [text, `0::/${text}`, `0::/${text}.service`]) {
        const unit = systemdUnit(file);
        expect(unit === undefined || unit.length > 0).toBe(true);
      }
    }),
  );
});

it('reverses systemd’s escaping', () => {
  const escapeName = (name: string) =>
    [...Buffer.from(name)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (name) => {
      fc.pre(!name.includes('\\') && name.isWellFormed());
      expect(v2(`/system.slice/a@${escapeName(name)}.service`)).toBe(`a@${name.replaceAll('/', '\\x2f')}`);
    }),
  );
});
