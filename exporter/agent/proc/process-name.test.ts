import { expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { processName } from './process-name.ts';

it.each([
  ['the kernel’s name', processFiles('nginx', 'nginx: master', '/usr/sbin/nginx'), 'nginx'],
  ['the link’s name', processFiles('httpd', '/bin/httpd -f', '/bin/busybox'), 'httpd'],
  [
    'the link’s name when the program appended to it',
    processFiles('redis-server', '', '/usr/bin/redis-check-rdb', ['/usr/bin/redis-server *:6379']),
    'redis-server',
  ],
  ['the script’s name', processFiles('poll', '/usr/bin/perl /usr/bin/poll', '/usr/bin/perl'), 'poll'],
  ['the file’s name when the program changed its own', processFiles('worker-3', 'app', '/bin/app'), 'app'],
  [
    'the file’s name for a truncated title',
    processFiles('gunicorn: maste', '', '/usr/bin/python3.11', ['gunicorn: master [shop:app]']),
    'python3.11',
  ],
  [
    'the file’s name when the kernel truncated it',
    processFiles('prometheus-node', '', '/bin/prometheus-node-exporter'),
    'prometheus-node-exporter',
  ],
  [
    'the whole link’s name when the kernel truncated it',
    processFiles('clickhouse-serv', '/usr/bin/clickhouse-server --daemon', '/usr/bin/clickhouse'),
    'clickhouse-server',
  ],
  [
    'the kernel’s truncated name when the file is unknown',
    processFiles('prometheus-node'),
    'prometheus-node',
  ],
  ['the file’s name for a thread name', processFiles('MainThread', '', '/usr/bin/node'), 'node'],
  ['the thread’s name when the file is unknown', processFiles('MainThread'), 'MainThread'],
  [
    'the file’s name without the suffix of a deleted file',
    processFiles('MainThread', '', '/usr/bin/node (deleted)'),
    'node',
  ],
  ['a kernel thread’s', processFiles('kworker/0:1'), 'kworker/0:1'],
  ['an empty name', processFiles(''), ''],
])('is %s', (_title, files, name) => {
  expect(processName(files)).toBe(name);
});

it('is valid text for any bytes', () => {
  const comm = Buffer.from([0x61, 0xff, 0x0a]);
  expect(processName({ comm, args: [] })).toBe('a\\xff\n');
});

it('uses the file’s name when the kernel truncated within a character', () => {
  const file = Buffer.from('fourteen-bytesé');
  const comm = file.subarray(0, 15);
  expect(processName({ comm, args: [], executable: file })).toBe('fourteen-bytesé');
  expect(processName({ comm, args: [] })).toBe('fourteen-bytes\\xc3');
});
