import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, IconButton, Input, Portal, useStyles2 } from '@grafana/ui';
import { type KeyboardEvent, type RefObject, useId, useRef } from 'react';
import type { QueryError } from '../../graph/search/query.ts';
import type { SearchResult } from '../state/use-search.ts';
import { faultText } from '../texts/fault-texts.ts';

interface Props {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly found: SearchResult;
  /** The index of the current match; undefined if there is none. */
  readonly at: number | undefined;
  readonly onChange: (value: string) => void;
  /** Goes to a match. */
  readonly onGo: (index: number) => void;
  /** Returns to the graph. */
  readonly onLeave: () => void;
}

/** Searches while the user types; Enter goes to the next match, Shift+Enter back, Escape clears, then leaves. */
export function SearchBox({ input, value, found, at, onChange, onGo, onLeave }: Props) {
  const styles = useStyles2(getStyles);
  const box = useRef<HTMLDivElement>(null);
  const status = useId();
  const { nodes, matches, error } = found;
  const hint = `${t('search.hint', 'Search')}: api, host:db-1, failed>0, state:new, from:web to:db`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      // Grafana would leave the panel.
      event.stopPropagation();
      if (value === '') onLeave();
      else onChange('');
    }
    if (event.key !== 'Enter' || nodes.length === 0) return;
    const step = event.shiftKey ? -1 : 1;
    const from = at ?? (event.shiftKey ? 0 : -1);
    onGo((from + step + nodes.length) % nodes.length);
  };
  return (
    <div ref={box} className={styles.box}>
      <Input
        ref={input}
        type="text"
        value={value}
        placeholder={hint}
        title={hint}
        aria-label={t('search.label', 'Search the graph')}
        aria-describedby={status}
        invalid={error !== undefined}
        prefix={<Icon name="search" />}
        suffix={
          <>
            <span id={status} role="status">
              {matches &&
                (at === undefined
                  ? t('search.found', '{{all}} found', { all: nodes.length })
                  : t('search.found-at', '{{at}} of {{all}} found', { at: at + 1, all: nodes.length }))}
            </span>
            {value && (
              <IconButton
                name="times"
                aria-label={t('search.clear', 'Clear search')}
                onClick={() => onChange('')}
              />
            )}
          </>
        }
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {error && <SearchError query={value} error={error} below={box.current} />}
    </div>
  );
}

interface ErrorProps {
  readonly query: string;
  readonly error: QueryError;
  readonly below: HTMLElement | null;
}

/** The error and its position: outside of the toolbar, which would clip it. */
function SearchError({ query, error, below }: ErrorProps) {
  const styles = useStyles2(getStyles);
  const { left = 0, bottom = 0 } = below?.getBoundingClientRect() ?? {};
  return (
    <Portal>
      <div
        className={styles.error}
        style={{ left, top: bottom + 4 }}
        role="alert"
        data-testid="musubi-search-error"
      >
        {faultText(error.fault)} ({t('search.character', 'character {{at}}', { at: error.position + 1 })})
        <pre aria-hidden="true">
          {query}
          {'\n'}
          {' '.repeat(error.position)}^
        </pre>
      </div>
    </Portal>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ width: '100%', '[role=status]': { marginRight: theme.spacing(0.5), whiteSpace: 'nowrap' } }),
  error: css({
    position: 'fixed',
    zIndex: theme.zIndex.tooltip,
    maxWidth: 'min(420px, 90vw)',
    padding: theme.spacing(1),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.error.border}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    color: theme.colors.error.text,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
    pre: { margin: theme.spacing(0.5, 0, 0), padding: theme.spacing(0.5), overflow: 'auto' },
  }),
});
