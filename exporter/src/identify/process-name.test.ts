import { expect, it } from 'vitest';
import { processFiles } from '../../../test/fixtures/process-files.ts';
import { processName } from './process-name.ts';

it.each([
  ['the kernel’s name', processFiles('nginx', 'nginx: master', '/usr/sbin/nginx'), 'nginx'],
  ['a name the program chose', processFiles('worker-3', '', '/usr/bin/app'), 'worker-3'],
  [
    'the file’s name where the kernel cut it',
    processFiles('prometheus-node', '', '/bin/prometheus-node-exporter'),
    'prometheus-node-exporter',
  ],
  [
    'the kernel’s name where it is full but not the file’s',
    processFiles('fifteen-letters', '', '/bin/other'),
    'fifteen-letters',
  ],
  ['the kernel’s name, cut, when the file is unknown', processFiles('prometheus-node'), 'prometheus-node'],
  ['the file’s name for a thread’s', processFiles('MainThread', '', '/usr/bin/node'), 'node'],
  ['the thread’s name when the file is unknown', processFiles('MainThread'), 'MainThread'],
  [
    'the file’s name without the mark of a deleted one',
    processFiles('MainThread', '', '/usr/bin/node (deleted)'),
    'node',
  ],
  ['a kernel thread’s', processFiles('kworker/0:1'), 'kworker/0:1'],
  ['an empty one', processFiles(''), ''],
])('is %s', (_title, files, name) => {
  expect(processName(files)).toBe(name);
});

it('is text even where the kernel has bytes', () => {
  const comm = Buffer.from([0x61, 0xff, 0x0a]);
  expect(processName({ comm, args: [] })).toBe('a\\xff\n');
});

it('is not made of half a character that the kernel cut, when the file tells the whole', () => {
  const file = Buffer.from('fourteen-bytesé');
  const comm = file.subarray(0, 15);
  expect(processName({ comm, args: [], executable: file })).toBe('fourteen-bytesé');
  expect(processName({ comm, args: [] })).toBe('fourteen-bytes\\xc3');
});
