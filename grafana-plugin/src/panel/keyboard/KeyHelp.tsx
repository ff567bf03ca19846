import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Modal, useStyles2 } from '@grafana/ui';
import { keyHelp } from './graph-keys.ts';

/** Lists the keys of the graph. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal title={t('keys.title', 'Keyboard shortcuts')} isOpen onDismiss={onClose}>
      <table className={styles} data-testid="musubi-keys">
        <tbody>
          {keyHelp().map(([keys, meaning]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    'th, td': { padding: theme.spacing(0.5, 2, 0.5, 0), textAlign: 'left', verticalAlign: 'top' },
    th: { whiteSpace: 'nowrap' },
    kbd: { padding: theme.spacing(0.25, 0.75) },
  });
