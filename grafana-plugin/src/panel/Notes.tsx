import { t } from '@grafana/i18n';
import { Toggletip, ToolbarButton } from '@grafana/ui';
import type { Note } from '../graph/compare/overview.ts';
import { noteText } from './note-texts.ts';

/** Says that something could not be told and, when asked, what to do about it. */
export function Notes({ notes }: { readonly notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  const list = (
    <ul data-testid="musubi-notes">
      {notes.map((note) => (
        <li key={note.code}>{noteText(note)}</li>
      ))}
    </ul>
  );
  return (
    <Toggletip content={list} placement="bottom">
      <ToolbarButton icon="exclamation-triangle" aria-label={t('notes.label', 'Notes')}>
        {notes.length}
      </ToolbarButton>
    </Toggletip>
  );
}
