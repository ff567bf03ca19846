import { describe, expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { serviceName } from './service-name.ts';

describe('a service is called', () => {
  it.each([
    ['nginx', 'nginx: worker process', 'nginx'],
    ['python3', 'python3 /srv/billing.py', 'billing'],
    ['python3.12', '/usr/bin/python3.12 -u -W ignore -X dev /srv/app.py --port 80', 'app'],
    ['python3', 'python3 -m http.server 8000', 'http.server'],
    ['node', 'node --enable-source-maps /srv/shop/server.mjs', 'server'],
    ['node', 'node -r ./tracing.js --import ./hook.mjs main.ts', 'main'],
    ['ruby', 'ruby -I lib bin/worker.rb', 'worker'],
    ['php', 'php artisan serve', 'artisan'],
    ['bash', 'bash /opt/run-me.sh x', 'run-me'],
    ['sh', 'sh -e -x /entrypoint.sh', 'entrypoint'],
    ['bash', 'bash -euo pipefail /opt/loop.sh', 'loop'],
    ['python3', '/usr/bin/python3 -I /usr/bin/unattended-upgrade', 'unattended-upgrade'],
    ['perl', 'perl -I lib -w bin/poll.pl', 'poll'],
    ['java', 'java -Xmx1g -jar /opt/shop.jar --server', 'shop'],
    ['java', 'java -cp /opt com.example.Main', 'java'],
    ['java', 'java -jar', 'java'],
    ['python3', 'python3', 'python3'],
    ['python3', 'python3 -m', 'python3'],
    ['node', 'node /', 'node'],
    ['billing.py', '/usr/bin/python3 /srv/billing.py', 'billing.py'],
    ['pythonic', 'pythonic /srv/app.py', 'pythonic'],
  ])('for %s run as "%s": %s', (comm, command, name) => {
    expect(serviceName(processFiles(comm, command))).toBe(name);
  });
});

describe('code on the command line is no name', () => {
  it.each([
    ['python3', 'python3 -c print(1) extra'],
    ['python3', 'python3 -uc print(1)'],
    ['lua5.4', 'lua5.4 -e print(1)'],
    ['python3', 'python3 -'],
    ['bash', 'bash -c /bin/true'],
    ['bash', 'bash -lc /bin/true'],
    ['bash', 'bash /dev/fd/3'],
    ['bash', 'bash /proc/self/fd/63 x'],
    ['sh', 'sh /dev/stdin'],
    ['sh', 'sh -ec /bin/true'],
    ['node', 'node -e 1'],
    ['node', 'node --eval 1'],
    ['node', 'node -pe 1'],
    ['node', 'node --print 1'],
    ['perl', 'perl -ne print'],
    ['ruby', 'ruby -e 1 extra'],
    ['php', 'php -r 1'],
  ])('%s run as "%s"', (comm, command) => {
    expect(serviceName(processFiles(comm, command))).toBe(comm);
  });
});

it('is text even where the command line has bytes', () => {
  const args = [Buffer.from('python3'), Buffer.from([0x2f, 0xff, 0x2e, 0x70, 0x79])];
  expect(serviceName({ comm: Buffer.from('python3'), args })).toBe('\\xff');
});
