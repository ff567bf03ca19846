import { t } from '@grafana/i18n';
import type { FigureName } from '../../graph/model/edge-figures.ts';
import type { Formatters } from './formatters.ts';

/** The default name of each figure. */
export const figureNames = (): Record<FigureName, string> => ({
  bytes: t('figures.bytes', 'Bytes, both directions'),
  transmit: t('figures.transmit', 'Bytes, source to destination'),
  receive: t('figures.receive', 'Bytes, destination to source'),
  opened: t('figures.opened', 'Connections opened'),
  failed: t('figures.failed', 'Connections failed'),
  failureShare: t('figures.failure-share', 'Connection failure ratio'),
  open: t('figures.open', 'Open connections'),
  rtt: t('figures.rtt', 'Round-trip time'),
  lastSeen: t('figures.last-seen', 'Last seen'),
});

/** A figure's name: the field's display name if it is set. */
export const nameOf = (format: Pick<Formatters, 'name'>, figure: FigureName): string =>
  format.name(figure) ?? figureNames()[figure];
