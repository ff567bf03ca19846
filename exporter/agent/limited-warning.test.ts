import { expect, it } from 'vitest';
import { createLimitedWarning } from './limited-warning.ts';
import { createLog } from './log.ts';

it('warns of each kind of event once a minute, with the number of events', () => {
  const lines: string[] = [];
  let now = 0;
  const warn = createLimitedWarning(
    createLog((line) => lines.push(line)),
    () => now,
  );
  for (let i = 0; i < 5; i++) warn('refused', { reason: `r${i}` });
  warn('split');
  now = 60_000;
  for (let i = 5; i < 8; i++) warn('refused', { reason: `r${i}` });
  now = 120_000;
  warn('split');
  expect(lines).toEqual([
    'level=warn msg=refused reason=r0\n',
    'level=warn msg=split\n',
    'level=warn msg=refused reason=r5 events=5\n',
    'level=warn msg=split\n',
  ]);
});
