import { t } from '@grafana/i18n';
import type { FigureName } from '../../graph/model/edge-figures.ts';
import type { Formatters } from './formatters.ts';

/** What each figure is called unless the user calls it something else. */
export const figureNames = (): Record<FigureName, string> => ({
  bytes: t('figures.bytes', 'Bytes, both ways'),
  transmit: t('figures.transmit', 'Bytes, source to destination'),
  receive: t('figures.receive', 'Bytes, destination to source'),
  opened: t('figures.opened', 'Connections opened'),
  failed: t('figures.failed', 'Connections failed'),
  failureShare: t('figures.failure-share', 'Share of failed connections'),
  open: t('figures.open', 'Open at the end'),
  rtt: t('figures.rtt', 'Round trip'),
  lastSeen: t('figures.last-seen', 'Last seen'),
});

/** A figure's name, the user's own first. */
export const nameOf = (format: Pick<Formatters, 'name'>, figure: FigureName): string =>
  format.name(figure) ?? figureNames()[figure];
