import { t } from '@grafana/i18n';
import type { Note } from '../graph/compare/overview.ts';
import { legible } from '../graph/display/legible.ts';

/** What could not be told, and what to do about it, in words. */
export function noteText(note: Note): string {
  switch (note.code) {
    case 'unread-rows':
      return t(
        'notes.unread-rows',
        'Rows that are not drawn, for want of a `direction` (half-edges) or an `observer` label (joined edges): {{rows}}. Keep those labels in the query.',
        { rows: note.rows },
      );
    case 'unread-before':
      return t(
        'notes.unread-before',
        'Rows of the range compared with that have neither a `direction` nor an `observer` label: {{rows}}. Keep those labels in the query.',
        { rows: note.rows },
      );
    case 'nothing-before':
      return t(
        'notes.nothing-before',
        'The queries found nothing in the range compared with, as before the data begins: nothing is marked as new.',
      );
    case 'unread-surprises':
      return t(
        'notes.unread-surprises',
        'Missing or unexpected dependencies without `src_service` or `dst_service`: {{rows}}. Keep the labels of musubi:vanished_edge:* and musubi:unexpected_edge:* in the queries.',
        { rows: note.rows },
      );
  }
}

/** What the address of the page holds that is no choice of a viewer: at most one note. */
export const oddAddress = (odd: readonly string[]): string[] =>
  odd.length === 0
    ? []
    : [
        // Put behind, since what is put into a text is escaped for HTML, which this is not.
        `${t('notes.odd-address', 'What the address of this page says here is not understood, and left aside')}: ${legible(odd.join(', '))}`,
      ];
