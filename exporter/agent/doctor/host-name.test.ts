import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createHostNameLog, isLocalhost } from './host-name.ts';

it.each([
  ['localhost', true],
  ['localhost.localdomain', true],
  ['LOCALHOST', true],
  ['localhost-7', false],
  ['web-1', false],
])('whether %s is localhost: %s', (name, expected) => {
  expect(isLocalhost(name)).toBe(expected);
});

it('logs each change of the name once, and warns of localhost', () => {
  const lines: string[] = [];
  const note = createHostNameLog(createLog((line) => lines.push(line)));
  for (const name of ['localhost', 'localhost', 'web-1', 'web-1']) note(name);
  expect(lines).toEqual([
    expect.stringMatching(/^level=warn msg="host name not unique" .*remedy="set it with hostnamectl/),
    'level=info msg="host name changed" before=localhost now=web-1\n',
  ]);
});
