import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { addressesOf, forwarderTarget, parseForwarderTarget } from './forwarder-target.ts';

const PROXYD = '/usr/lib/systemd/systemd-socket-proxyd';
const proxyd = (command: string) => forwarderTarget(processFiles('systemd-socket-', command, PROXYD));
const socat = (command: string) => forwarderTarget(processFiles('socat', command));

it('reads the container’s address from docker-proxy', () => {
  const command = (proto: string) =>
    `/usr/bin/docker-proxy -proto ${proto} -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80 -use-listen-fd`;
  for (const transport of ['tcp', 'udp']) {
    const target = { transport, host: '172.17.0.2', port: 80 };
    expect(forwarderTarget(processFiles('docker-proxy', command(transport)))).toEqual(target);
  }
  expect(forwarderTarget(processFiles('docker-proxy', command('sctp')))).toBeUndefined();
  expect(forwarderTarget(processFiles('docker-proxy', 'docker-proxy -container-ip'))).toBeUndefined();
});

describe('socat', () => {
  it.each([
    ['socat TCP-LISTEN:8080,fork,reuseaddr TCP:10.0.0.5:80', 'tcp', '10.0.0.5', 80],
    ['socat -d -d -T 60 tcp4-l:8080 tcp4:db.example:5432,nodelay', 'tcp', 'db.example', 5432],
    ['socat TCP6-LISTEN:80 TCP6-CONNECT:[FD00:0::5]:80', 'tcp', 'fd00::5', 80],
    ['socat TCP:localhost:5432,retry=3 TCP-LISTEN:8080,bind=127.0.0.1', 'tcp', 'localhost', 5432],
    ['socat UDP-LISTEN:53,fork UDP:10.0.0.53:53', 'udp', '10.0.0.53', 53],
    ['socat UDP4-RECVFROM:53,fork UDP4-SENDTO:10.0.0.53:53', 'udp', '10.0.0.53', 53],
  ])('%s', (command, transport, host, port) => {
    expect(socat(command)).toEqual({ transport, host, port });
  });

  it.each([
    ['listens nowhere', 'socat - TCP:10.0.0.5:80'],
    ['connects nowhere', 'socat TCP-LISTEN:80 TCP-LISTEN:81'],
    ['runs a program', 'socat TCP-LISTEN:80,fork EXEC:/bin/cat'],
    ['goes through another proxy', 'socat TCP-LISTEN:80 SOCKS4:proxy:10.0.0.5:80'],
    ['connects in another namespace', 'socat TCP-LISTEN:80 TCP:127.0.0.1:80,netns=blue'],
    ['listens in another namespace', 'socat TCP-LISTEN:80,netns=blue TCP:127.0.0.1:80'],
    ['uses a dual address', 'socat TCP-LISTEN:80 TCP:10.0.0.5:80!!TCP:10.0.0.6:80'],
    ['names its port', 'socat TCP-LISTEN:80 TCP:10.0.0.5:http'],
    ['has an invalid port', 'socat TCP-LISTEN:80 TCP:10.0.0.5:65536'],
    ['prints its version', 'socat -V'],
    ['has no arguments', 'socat'],
  ])('has no target when it %s', (_title, command) => {
    expect(socat(command)).toBeUndefined();
  });
});

describe('systemd-socket-proxyd', () => {
  it.each([
    [`${PROXYD} 10.0.0.5:80`, '10.0.0.5'],
    [`${PROXYD} --connections-max=9 --exit-idle-time=10 10.0.0.5:80`, '10.0.0.5'],
    [`${PROXYD} -c 9 [fd00::5]:80`, 'fd00::5'],
  ])('%s', (command, host) => expect(proxyd(command)).toEqual({ transport: 'tcp', host, port: 80 }));

  it.each(['/run/db.sock', '@db', 'db', '10.0.0.5:80 10.0.0.6:80', '--help'])('has no target for %s', (to) =>
    expect(proxyd(`${PROXYD} ${to}`)).toBeUndefined(),
  );
});

it.each(['nginx', 'haproxy', 'envoy', 'ssh', 'constructor', '__proto__'])(
  '%s is not a port forwarder',
  (name) => {
    const command = `${name} TCP-LISTEN:80 TCP:10.0.0.5:80 -container-ip 10.0.0.5 -container-port 80`;
    expect(forwarderTarget(processFiles(name, command))).toBeUndefined();
  },
);

describe('parses the target of a rule', () => {
  it.each([
    ['10.0.0.5:5432', 'tcp', '10.0.0.5', 5432],
    ['10.0.0.5:53/udp', 'udp', '10.0.0.5', 53],
    ['[fd00:0:0::5]:80/tcp', 'tcp', 'fd00::5', 80],
    ['db.example:80', 'tcp', 'db.example', 80],
  ])('%s', (text, transport, host, port) => {
    expect(parseForwarderTarget(text)).toEqual({ transport, host, port });
  });

  it.each([
    '',
    '10.0.0.5',
    ':80',
    '10.0.0.5:0',
    '10.0.0.5:99999',
    '[10.0.0.5]:80',
    'fd00::5:80',
    'a b:80',
    'a:80/sctp',
  ])('rejects %s', (text) => expect(parseForwarderTarget(text)).toBeUndefined());
});

it('returns addresses only if they are known without a lookup', () => {
  const addresses = (host: string) => addressesOf({ transport: 'tcp', host, port: 80 });
  expect(addresses('10.0.0.5')).toEqual(['10.0.0.5']);
  expect(addresses('fd00::5')).toEqual(['fd00::5']);
  expect(addresses('localhost')).toEqual(['127.0.0.1', '::1']);
  expect(addresses('db.example')).toEqual([]);
});

it('accepts any arguments', () => {
  const name = fc.constantFrom('docker-proxy', 'socat', 'systemd-socket-proxyd');
  const words = [
    'TCP-LISTEN:',
    'TCP:',
    '-container-ip',
    '-container-port',
    '[::1]:',
    '1.2.3.4:80',
    '!!',
    ',',
    '-c',
  ];
  const argument = fc.oneof(fc.constantFrom(...words), fc.uint8Array({ maxLength: 12 }));
  const arguments_ = fc.array(
    argument.map((value) => Buffer.from(value as string)),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(name, arguments_, (comm, args) => {
      const target = forwarderTarget({ comm: Buffer.from(comm), args });
      if (target) expect(target.port).toBeGreaterThan(0);
    }),
  );
});
