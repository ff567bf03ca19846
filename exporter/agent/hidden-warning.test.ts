import { expect, it } from 'vitest';
import type { Reading } from './capture/capture.ts';
import { createHiddenWarning } from './hidden-warning.ts';
import { createLog } from './log.ts';

it('warns once about processes and once about namespaces that cannot be inspected', () => {
  const lines: string[] = [];
  const warn = createHiddenWarning(createLog((line) => lines.push(line)));
  const unnamed = {
    id: '1',
    netns: 1,
    transport: 'tcp',
    direction: 'outbound',
    port: 80,
    pid: undefined,
    open: 1,
  } as const;
  const seen = { ...unnamed, localAddress: '10.0.0.1', remoteAddress: '10.0.0.2', opened: 1 };
  const readingWith = (hiddenProcesses: number, ...skipped: string[]): Reading => ({
    observations: [seen],
    listeners: [],
    sockets: 0,
    namespaces: [{ netns: 1, pid: 1 }, ...skipped.map((reason) => ({ netns: 2, pid: 2, skipped: reason }))],
    hiddenProcesses,
  });
  warn(readingWith(0));
  warn({ ...readingWith(1), observations: [{ ...seen, pid: 7 }] });
  expect(lines).toEqual([]);
  warn(readingWith(3));
  warn(readingWith(4));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/processes=3 needs=".*CAP_SYS_PTRACE/);
  warn(readingWith(4, 'EPERM', 'ENOENT'));
  warn(readingWith(4, 'EPERM'));
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/namespaces=2 reason=EPERM needs=CAP_SYS_ADMIN/);
});
