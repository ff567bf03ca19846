import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, useStyles2 } from '@grafana/ui';
import { legible } from '../../graph/display/text/legible.ts';
import { type DataLink, isHarmless } from './data-links.ts';

/** Data links. A link that would run code or has no valid address is shown as text only. */
export function DataLinks({ links }: { readonly links: readonly DataLink[] }) {
  const styles = useStyles2(getStyles);
  if (links.length === 0) return null;
  return (
    <ul className={styles} data-testid="musubi-links">
      {links.map(({ href, title, target, onClick }) => (
        <li key={`${title} ${href}`}>
          {isHarmless(href, window.location.href) ? (
            <a href={href} target={target} rel="noopener noreferrer" onClick={onClick}>
              <Icon name="external-link-alt" size="sm" /> {legible(title || href)}
            </a>
          ) : (
            <span title={t('links.not-followed', 'Not a link to a web page')}>{legible(title || href)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    margin: theme.spacing(0, 0, 0.5),
    listStyle: 'none',
    overflowWrap: 'anywhere',
    a: { color: theme.colors.text.link, '&:hover': { textDecoration: 'underline' } },
    span: { color: theme.colors.text.disabled },
  });
