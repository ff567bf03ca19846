import { t } from '@grafana/i18n';
import type { OverviewNote } from '../../graph/compare/overview.ts';
import { legible } from '../../graph/display/text/legible.ts';
import { UNESCAPED } from './unescaped.ts';

/** The message for a problem with the data, and what to do about it. */
export function noteText(note: OverviewNote): string {
  switch (note.code) {
    case 'unread-rows':
      return t(
        'notes.unread-rows',
        'Query {{query}}: rows with neither a `direction` label (half-edges) nor an `observer` label (joined edges) are not drawn: {{rows}}. Keep these labels in the query.',
        { ...UNESCAPED, query: note.query, rows: note.rows },
      );
    case 'query-lacks-label':
      return t(
        'notes.lacks-label',
        'Query {{query}}: no row has a `{{label}}` label, so its values cannot be assigned to dependencies. Keep the labels of the metric in the query.',
        { ...UNESCAPED, query: note.query, label: note.label },
      );
    case 'query-lacks-number':
      return t(
        'notes.lacks-number',
        'Query {{query}}: no column is numeric, so its values are not shown. Set its format to Table, and keep the type of its value.',
        { ...UNESCAPED, query: note.query },
      );
    case 'query-over-time':
      return t(
        'notes.over-time',
        'Query {{query}}: this is a range query, of which only the last values are shown. Set its type to Instant.',
        { ...UNESCAPED, query: note.query },
      );
    case 'existence-unknown':
      return t(
        'notes.existence-unknown',
        'Query {{query}}: it returned no data, so which dependencies were there is not known. Drawn are those with traffic; nothing is marked as new or vanished.',
        { ...UNESCAPED, query: note.query },
      );
    case 'unproven-edges':
      return t(
        'notes.unproven-edges',
        'Dependencies with traffic that the query `lastSeen` does not return, and that are not drawn: {{edges}}. They are not recorded yet, or under another name.',
        { edges: note.edges },
      );
    case 'no-previous-data':
      return t(
        'notes.no-previous-data',
        'The queries returned no data for the compared range, for example because it lies before the first sample: nothing is marked as new.',
      );
    case 'unread-deviations':
      return t(
        'notes.unread-deviations',
        'Missing or unexpected dependencies without `src_service` or `dst_service`: {{rows}}. Keep the labels of musubi:vanished_edge:* and musubi:unexpected_edge:* in the queries.',
        { rows: note.rows },
      );
  }
}

/** A note on parts of the page's address that are not viewer state; none if there are none. */
export const invalidStateNote = (invalid: readonly string[]): string[] =>
  invalid.length === 0
    ? []
    : [
        // Appended, as placeholders in a text are escaped for HTML, which this is not.
        `${t('notes.invalid-state', 'Unknown panel settings in the address of this page were ignored')}: ${legible(invalid.join(', '))}`,
      ];
