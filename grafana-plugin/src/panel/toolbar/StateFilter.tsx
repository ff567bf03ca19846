import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { dashesOf } from '../../graph/display/near/curve-shape.ts';
import { countStates, STATES_BY_WEIGHT } from '../../graph/model/edge-states.ts';
import type { EdgeState, Graph } from '../../graph/model/graph.ts';
import type { Palette } from '../canvas/palette.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';

interface Props {
  readonly graph: Graph;
  readonly palette: Palette;
  readonly states: readonly EdgeState[];
  readonly onStates: (states: readonly EdgeState[]) => void;
}

/** Counts the edges of each state and filters by the pressed states. */
export function StateFilter({ graph, palette, states, onStates }: Props) {
  const styles = useStyles2(getStyles);
  const counts = useMemo(() => countStates(graph.edges), [graph]);
  const toggle = (state: EdgeState) =>
    onStates(states.includes(state) ? states.filter((each) => each !== state) : [...states, state]);
  return STATES_BY_WEIGHT.map((state) => ({ state, count: counts.get(state) ?? 0 }))
    .filter(({ state, count }) => count > 0 || states.includes(state))
    .map(({ state, count }) => (
      <button
        key={state}
        type="button"
        className={styles}
        aria-pressed={states.includes(state)}
        title={t('state.only', 'Show only: {{state}}', { state: STATE_LOOKS[state].word() })}
        onClick={() => toggle(state)}
      >
        <svg width="20" height="8" aria-hidden="true">
          <line
            x1="0"
            x2="20"
            y1="4"
            y2="4"
            stroke={palette.stateColour(state)}
            strokeWidth="2.5"
            strokeDasharray={dashesOf({ seenBy: 'both', states: [state] }).join(' ')}
          />
        </svg>
        {STATE_LOOKS[state].sign} {STATE_LOOKS[state].word()} {count}
      </button>
    ));
}

const getStyles = (theme: GrafanaTheme2) =>
  css({
    all: 'unset',
    cursor: 'pointer',
    padding: theme.spacing(0, 0.5),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.primary,
    '&:hover': { background: theme.colors.action.hover },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    '&[aria-pressed=true]': { background: theme.colors.action.selected },
  });
