import type { ExplainedName } from '@musubi/agent/identify/explain-names';
import { expect, it } from 'vitest';
import { rulesText } from './rules-text.ts';

const row: ExplainedName = {
  ...{ service: 'web', step: 'rule', rule: 2, kind: 'rule' },
  ...{ process: 'nginx', pid: 20, ports: [80, 443] },
};

it('is a table, followed by the rules that match no process', () => {
  const rows: ExplainedName[] = [
    { ...row, site: 'eu' },
    { service: 'db@15-main', step: 'unit', kind: 'process', process: 'postgres', pid: 30, ports: [] },
    { service: 'bi', step: 'environment', kind: 'process', process: 'node', pid: 31, ports: [] },
  ];
  expect(rulesText(rows, 3)).toMatchInlineSnapshot(`
    "SERVICE     NAMED BY           PROCESS   PID  LISTENS ON
    web         rule 2, site eu    nginx     20   80 443
    db@15-main  systemd unit       postgres  30
    bi          OTEL_SERVICE_NAME  node      31
    Rule 1 matches no running process.
    Rule 3 matches no running process.
    "
  `);
});

it('shows where a port forwarder sends its connections', () => {
  const forwardsTo = { transport: 'udp', host: 'fd00::5\n', port: 53 } as const;
  expect(rulesText([{ ...row, step: 'program', forwardsTo }], 0)).toContain(
    'web      program, forwards to [fd00::5\\n]:53/udp  nginx',
  );
});

it('shows hostile names as text', () => {
  const text = rulesText([{ ...row, service: 'a\n\u202eb\u001b[2J', process: '\t' }], 2);
  expect(text).toContain('a\\n\\u{202e}b\\x1b[2J');
  for (const character of '\u001b\u202e\t') expect(text).not.toContain(character);
});

it.each([
  ['kubernetes', 'Kubernetes'],
  ['container', 'container'],
  ['unit', 'systemd unit'],
  ['environment', 'OTEL_SERVICE_NAME'],
  ['program', 'program'],
] as const)('calls the step %s: %s', (step, title) => {
  const { rule: _, ...rest } = row;
  const [, line = ''] = rulesText([{ ...rest, step }], 0).split('\n');
  expect(line.split(/ {2,}/)).toEqual(['web', title, 'nginx', '20', '80 443']);
});
