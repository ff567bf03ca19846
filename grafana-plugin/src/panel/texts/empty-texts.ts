import { t } from '@grafana/i18n';
import { legible } from '../../graph/display/text/legible.ts';
import type { EmptyReason } from '../../graph/tables/why-empty.ts';
import type { Around } from '../query/around-variables.ts';

/** Why there is nothing to draw, and what to do about it. */
export interface EmptyMessage {
  readonly state: 'empty' | 'wrong-data';
  readonly title: string;
  readonly advice: string;
}

/** The message for a reason. */
export function emptyMessage(reason: EmptyReason): EmptyMessage {
  switch (reason.code) {
    case 'no-query':
      return {
        state: 'wrong-data',
        title: t('empty.no-query', 'This panel has no query'),
        advice: t(
          'empty.add-query',
          'Add the query `lastSeen`: musubi:edge:last_seen_seconds, type Instant, format Table. The dashboard "Service dependencies" contains all queries.',
        ),
      };
    case 'no-label':
      return {
        state: 'wrong-data',
        title: t('empty.no-label', 'No table has a `{{label}}` label', { label: reason.label }),
        advice: t(
          'empty.keep-labels',
          'Set the type of each query to Instant and its format to Table, and keep the labels of service_dependency_* metrics (a `sum by` must not drop them).',
        ),
      };
    case 'merged-queries':
      return {
        state: 'wrong-data',
        title: t('empty.merged', 'Merged query results cannot be drawn'),
        advice: t(
          'empty.do-not-merge',
          'Remove the transformation that merges the results: it adds labels of one query, such as the name of an alert, to the rows of the others.',
        ),
      };
    case 'only-listeners':
    case 'nothing-seen':
      return {
        state: 'empty',
        title: t('empty.nothing-seen', 'No dependencies in this time range'),
        advice:
          reason.code === 'only-listeners'
            ? t(
                'empty.only-listeners',
                'Exporters report listeners, but no connection was in use. Choose a longer time range.',
              )
            : t(
                'empty.check-exporters',
                'A dependency appears one or two minutes after its use. Choose a longer time range, or check that the exporters are running and that Prometheus evaluates musubi-edges.yaml.',
              ) + unobservedText(reason.unobserved),
      };
  }
}

/** Without them, the few expected or alerting dependencies would look like all that is left. */
const unobservedText = (unobserved: number): string =>
  unobserved === 0
    ? ''
    : ` ${t('empty.unobserved', 'Expected or alerting dependencies that are not drawn: {{unobserved}}', { unobserved })}.`;

/** The message for dashboard variables that match nothing. */
export function nothingAround({ wanted }: Around): EmptyMessage {
  const filters = Object.entries(wanted)
    .filter(([, names]) => names.length > 0)
    .map(([name, names]) => `${name} = ${names.map(legible).join(', ')}`);
  return {
    state: 'empty',
    title: t('around.nothing', 'No dependencies match the dashboard variables'),
    advice: `${filters.join(' · ')} · ${t('around.choose', 'Choose another value or a longer time range.')}`,
  };
}
