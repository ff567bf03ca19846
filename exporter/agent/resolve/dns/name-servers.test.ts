import { expect, it } from 'vitest';
import { createNameServers, parseResolvConf } from './name-servers.ts';

const MINUTE = 60_000;

it('reads the name servers of a resolv.conf, and no others', () => {
  const text = `# nameserver 10.9.9.9
domain example.test
nameserver 10.0.0.53
nameserver\t127.0.0.53 # a comment
nameserver FD00:0:0::53
nameserver fe80::1%eth0
nameserver ::ffff:10.0.0.1
nameserver nonsense
  nameserver 10.8.8.8
options edns0`;
  expect(parseResolvConf(text)).toEqual(['10.0.0.53', '127.0.0.53', 'fd00::53']);
  expect(parseResolvConf('')).toEqual([]);
});

it('observes configured and queried servers, each once', () => {
  const servers = createNameServers();
  expect(servers.update(['10.0.0.1'], ['10.0.0.2', '10.0.0.1', '10.0.0.2'], 0)).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ]);
});

it('observes a server for ten minutes after its last query', () => {
  const servers = createNameServers();
  servers.update([], ['10.0.0.2'], 0);
  expect(servers.update([], [], 9 * MINUTE)).toEqual(['10.0.0.2']);
  expect(servers.update([], ['10.0.0.2'], 9 * MINUTE)).toEqual(['10.0.0.2']);
  expect(servers.update([], [], 18 * MINUTE)).toEqual(['10.0.0.2']);
  expect(servers.update([], [], 19 * MINUTE)).toEqual([]);
});

it('counts the servers beyond the limit, and keeps those that it has', () => {
  const servers = createNameServers(2);
  expect(servers.update(['a'], ['b', 'c', 'd'], 0)).toEqual(['a', 'b']);
  expect(servers.skipped).toBe(2);
  expect(servers.update(['a'], ['d', 'b'], MINUTE)).toEqual(['a', 'b']);
  expect(servers.skipped).toBe(1);
});
