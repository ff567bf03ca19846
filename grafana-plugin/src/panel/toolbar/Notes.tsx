import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { Toggletip, ToolbarButton } from '@grafana/ui';

/** Counts the problems with the data; a click lists them, each with what to do. */
export function Notes({ notes }: { readonly notes: readonly string[] }) {
  if (notes.length === 0) return null;
  const list = (
    <ul className={notesList} data-testid="musubi-notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
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

// Bullets only for more than one note, inside the box.
const notesList = css({
  margin: 0,
  paddingLeft: 20,
  '&:has(li:only-child)': { paddingLeft: 0, listStyle: 'none' },
});
