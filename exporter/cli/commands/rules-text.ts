import type { ExplainedName } from '@musubi/agent/identify/explain-names';
import type { Step } from '@musubi/agent/identify/naming';
import { formatEndpoint } from '@musubi/agent/net/address';
import { displayText } from '@musubi/agent/text/display-text';

const STEP_TEXTS: Readonly<Record<Exclude<Step, 'rule'>, string>> = {
  kubernetes: 'Kubernetes',
  container: 'container',
  unit: 'systemd unit',
  environment: 'OTEL_SERVICE_NAME',
  program: 'program',
};

/** A table of processes and their names, and a line for each rule that matches none of them. */
export function rulesText(rows: readonly ExplainedName[], ruleCount: number): string {
  const cells = rows.map((row) => [
    displayText(row.service),
    reasonOf(row),
    displayText(row.process),
    `${row.pid}`,
    row.ports.join(' '),
  ]);
  const used = new Set(rows.map(({ rule }) => rule));
  const unused = Array.from({ length: ruleCount }, (_, at) => at + 1).filter((rule) => !used.has(rule));
  const notes = unused.map((rule) => `Rule ${rule} matches no running process.\n`);
  return [...table([['SERVICE', 'NAMED BY', 'PROCESS', 'PID', 'LISTENS ON'], ...cells]), ...notes].join('');
}

/** `rule 2, site eu`, `program, forwards to 10.0.0.5:80/tcp` */
function reasonOf({ step, rule, site, forwardsTo }: ExplainedName): string {
  const reason = [step === 'rule' ? `rule ${rule}` : STEP_TEXTS[step]];
  if (site !== undefined) reason.push(`site ${displayText(site)}`);
  if (forwardsTo)
    reason.push(
      `forwards to ${displayText(formatEndpoint(forwardsTo.host, forwardsTo.port))}/${forwardsTo.transport}`,
    );
  return reason.join(', ');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) => {
    const line = row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
    return `${line.trimEnd()}\n`;
  });
}
