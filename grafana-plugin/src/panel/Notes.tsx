import { t } from '@grafana/i18n';
import { Toggletip, ToolbarButton } from '@grafana/ui';

/** Says that something could not be told and, when asked, what to do about it. */
export function Notes({ notes }: { readonly notes: readonly string[] }) {
  if (notes.length === 0) return null;
  const list = (
    <ul data-testid="musubi-notes">
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
