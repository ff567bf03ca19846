import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { Toggletip, ToolbarButton } from '@grafana/ui';

/** Says that something could not be told and, when asked, what to do about it. */
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

// Dots stand within the box, where there is more than one.
const notesList = css({
  margin: 0,
  paddingLeft: 20,
  '&:has(li:only-child)': { paddingLeft: 0, listStyle: 'none' },
});
