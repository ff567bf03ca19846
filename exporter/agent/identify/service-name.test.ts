import { describe, expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { serviceName } from './service-name.ts';

describe('names a service', () => {
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
    [
      'java',
      'java -cp /opt/* --add-opens java.base/java.io=ALL-UNNAMED kafka.Kafka kafka.conf',
      'kafka.Kafka',
    ],
    ['java', 'java --module-path lib -m org.shop.server/org.shop.Server -d', 'org.shop.Server'],
    ['dotnet', 'dotnet exec --roll-forward Major /srv/Shop.Api.dll --urls http://*:80', 'Shop.Api'],
    ['node', 'node --env-file .env -C live server.js', 'server'],
    ['php', 'php -S 0.0.0.0:80 -t public router.php', 'router'],
    ['php', 'php -S 0.0.0.0:80', 'php'],
    ['bash', 'bash -m /opt/jobs.sh', 'jobs'],
    ['ash', 'ash /opt/loop.sh', 'loop'],
    ['python3', 'python3 -Im celery worker', 'celery'],
    ['java', 'java -Djava.awt.headless=true -jar /usr/share/java/jenkins.war', 'jenkins'],
    ['java', 'java @/etc/shop.args', 'java'],
    ['java', 'java -jar', 'java'],
    ['python3', 'python3', 'python3'],
    ['python3', 'python3 -m', 'python3'],
    ['node', 'node /', 'node'],
    ['pythonic', 'pythonic /srv/app.py', 'pythonic'],
  ])('for %s run as "%s": %s', (comm, command, name) => {
    expect(serviceName(processFiles(comm, command))).toBe(name);
  });
});

describe('names a script that was started directly', () => {
  it.each([
    ['billing.py', '/usr/bin/python3 /srv/billing.py', '/usr/bin/python3.11', 'billing'],
    ['gunicorn', '/usr/bin/python3 /usr/bin/gunicorn shop:app', '/usr/bin/python3.11', 'gunicorn'],
    ['entrypoint.sh', '/bin/sh /entrypoint.sh', '/bin/busybox', 'entrypoint'],
    ['httpd', 'httpd -f', '/bin/busybox', 'httpd'],
    ['unattended-upgr', '/usr/bin/python3 /bin/unattended-upgrades', '/bin/python3', 'unattended-upgrades'],
    ['check', 'check', '/usr/bin/perl', 'check'],
    ['MainThread', 'node /srv/api.js', undefined, 'api'],
  ])('with comm %s, as "%s" by %s: %s', (comm, command, executable, name) => {
    expect(serviceName(processFiles(comm, command, executable))).toBe(name);
  });
});

// Real names and titles of these programs.
describe('names a program that has replaced its arguments by a title', () => {
  it.each([
    ['gunicorn: maste', 'gunicorn: master [wsgi:app]', '/usr/bin/python3.11', 'gunicorn'],
    ['gunicorn: worke', 'gunicorn: worker [wsgi:app]', '/usr/bin/python3.11', 'gunicorn'],
    ['[celeryd: celer', '[celeryd: celery@host:MainProcess] -active- (worker)', '/bin/python3.11', 'celeryd'],
    [
      '/usr/bin/python',
      '/usr/bin/python3 /usr/bin/salt-master MultiMaster',
      '/bin/python3.11',
      'salt-master',
    ],
    ['ruby3.1', 'puma: cluster worker 0: 1 [shop]', '/usr/bin/ruby3.1', 'puma'],
    ['puma', 'puma 5.6.5 (tcp://0.0.0.0:80) [shop]', '/usr/bin/ruby3.1', 'puma'],
    ['spamd child', 'spamd child', '/usr/bin/perl', 'spamd'],
    ['amavisd (ch3-av', '/usr/sbin/amavisd (ch3-avail)', '/usr/bin/perl', 'amavisd'],
    ['node /srv/shop/', 'node /srv/shop/api.js', '/usr/bin/node', 'api'],
    ['PM2 v5.3.0: God', 'PM2 v5.3.0: God Daemon (/root/.pm2)', '/usr/bin/node', 'PM2'],
    ['npm start', 'npm start', '/usr/bin/node', 'npm'],
    ['nginx', 'nginx: master process /usr/sbin/nginx -g daemon off;', '/usr/sbin/nginx', 'nginx'],
    ['php-fpm8.2', 'php-fpm: pool www', '/usr/sbin/php-fpm8.2', 'php-fpm8.2'],
    ['cache-main', 'varnishd -a :80', '/usr/sbin/varnishd', 'varnishd'],
    ['python3', ' ', '/usr/bin/python3.11', 'python3.11'],
  ])('with comm %s, titled "%s" by %s: %s', (comm, title, executable, name) => {
    expect(serviceName(processFiles(comm, '', executable, [title, '', '']))).toBe(name);
  });
});

describe('does not name code on the command line or input', () => {
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

it('returns valid text for any bytes', () => {
  const args = [Buffer.from('python3'), Buffer.from([0x2f, 0xff, 0x2e, 0x70, 0x79])];
  expect(serviceName({ comm: Buffer.from('python3'), args })).toBe('\\xff');
});
