import { displayText } from '@musubi/agent/text/display-text';
import { HARMLESS } from '@musubi/contract/failing';

/** Connection attempts that were not established, by `error_type`. */
export type FailedByReason = Readonly<Record<string, number>>;

const isHarmless = (reason: string): boolean => (HARMLESS as readonly string[]).includes(reason);

/** The number of failures of the dependency, as alerts, dashboards and the panel count them. */
export function failures(failed: FailedByReason): number {
  return Object.entries(failed).reduce((sum, [reason, count]) => (isHarmless(reason) ? sum : sum + count), 0);
}

/** `3 failed (2 refused, 1 timeout)`, `4 cancelled` */
export function failureTexts(failed: FailedByReason, figure: (count: number) => string): string[] {
  const known = Object.entries(failed)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => ({
      reason,
      text: `${figure(count)} ${displayText(reason.replaceAll('_', ' '))}`,
    }));
  const reasons = known.filter(({ reason }) => !isHarmless(reason)).map(({ text }) => text);
  return [
    ...(reasons.length > 0 ? [`${figure(failures(failed))} failed (${reasons.join(', ')})`] : []),
    ...known.filter(({ reason }) => isHarmless(reason)).map(({ text }) => text),
  ];
}
