import { t } from '@grafana/i18n';
import { mainState } from '../../graph/model/edge-states.ts';
import type { Alert, EdgeState } from '../../graph/model/graph.ts';

/** How a state is shown, for colour-blind readers as well: a sign and a word besides the colour (a hue of Grafana's palette). */
export interface StateLook {
  readonly sign: string;
  readonly word: () => string;
  readonly hue: string;
}

/** Where lines look alike otherwise, the hues differ for colour-blind readers as well: `colour-vision.test.ts`. */
export const STATE_LOOKS: Readonly<Record<EdgeState, StateLook>> = {
  alerting: { sign: '▲', word: () => t('state.alerting', 'alerting'), hue: 'light-red' },
  missing: { sign: '?', word: () => t('state.missing', 'missing'), hue: 'red' },
  unexpected: { sign: '!', word: () => t('state.unexpected', 'unexpected'), hue: 'semi-dark-purple' },
  alerted: { sign: '△', word: () => t('state.alerted', 'alerted'), hue: 'light-purple' },
  vanished: { sign: '×', word: () => t('state.vanished', 'vanished'), hue: 'dark-orange' },
  new: { sign: '+', word: () => t('state.new', 'new'), hue: 'dark-green' },
  changed: { sign: '~', word: () => t('state.changed', 'changed'), hue: 'dark-yellow' },
  idle: { sign: '', word: () => t('state.idle', 'idle'), hue: '' },
};

/** `+ new`, for each state but idle. */
export const stateText = (states: readonly EdgeState[]): string => words(states).join(' ');

/** The short form: a word for the main state, the sign alone for the others. */
export function shortStateText(states: readonly EdgeState[]): string {
  const main = mainState(states);
  return [...words(main ? [main] : []), ...signs(states.filter((state) => state !== main))].join(' ');
}

/** The shortest form: signs alone. */
export const signText = (states: readonly EdgeState[]): string => signs(states).join(' ');

const signs = (states: readonly EdgeState[]): string[] =>
  states.map((state) => STATE_LOOKS[state].sign).filter(Boolean);

const words = (states: readonly EdgeState[]): string[] =>
  states
    .filter((state) => state !== 'idle')
    .map((state) => `${STATE_LOOKS[state].sign} ${STATE_LOOKS[state].word()}`);

/** The state of an alert as text. */
export function alertStateText(state: Alert['state']): string {
  if (state === 'ended') return t('alert.ended', 'resolved');
  return state === 'firing' ? t('alert.firing', 'firing') : t('alert.pending', 'pending');
}
