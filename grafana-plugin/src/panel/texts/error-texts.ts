import type { PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { legible } from '../../graph/display/text/legible.ts';

/** The errors of the data source, each once with the queries it concerns; '' without errors. */
export function errorText(data: Pick<PanelData, 'error' | 'errors'>): string {
  const errors = data.errors?.length ? data.errors : data.error ? [data.error] : [];
  const queries = Map.groupBy(errors, (error) =>
    // It may have several lines and contain names from the data.
    (error.message ?? error.data?.message ?? error.statusText ?? t('error.unknown', 'Unknown error'))
      .split(/[\t\r\n]+/)
      .map(legible)
      .join(' '),
  );
  return [...queries]
    .map(([message, same]) => {
      const refIds = same.flatMap((error) => error.refId ?? []);
      return refIds.length > 0 ? `${message} (${t('error.query', 'query')} ${refIds.join(', ')})` : message;
    })
    .join(' · ');
}
