import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { dashesOf } from '../../graph/display/near/curve-shape.ts';
import { EDGE_STATES, type EdgeState } from '../../graph/model/graph.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';
import { contrast, difference, EYES, parseColour, seenBy } from './colour-vision.fixture.ts';

// As a CommonJS module, since what it imports cannot all be imported by Node.js as an ECMAScript module.
const { createTheme } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

/** WCAG 2.2, 1.4.11: what a graphic must have against what is beside it. */
const LEAST_CONTRAST = 3;
/** No yellow of Grafana's has that on white; what changed is also told by a sign and a word. */
const OF_YELLOW = 2.3;
/** What a glance tells apart, in CIELAB. */
const PLAINLY_DIFFERENT = 20;

const states = EDGE_STATES.filter((state) => state !== 'idle');
const kinds = (['dark', 'light'] as const).flatMap((mode) =>
  (Object.keys(EYES) as (keyof typeof EYES)[]).map((eye) => ({ mode, eye })),
);

describe.each(kinds)('in the $mode theme, by $eye eyes', ({ mode, eye }) => {
  const theme = createTheme({ colors: { mode } });
  const colourOf = (state: EdgeState) =>
    seenBy(eye, parseColour(theme.visualization.getColorByName(STATE_LOOKS[state].hue)));

  test('states are seen', () => {
    const background = seenBy(eye, parseColour(theme.colors.background.primary));
    for (const state of states) {
      const least = state === 'changed' ? OF_YELLOW : LEAST_CONTRAST;
      expect(contrast(colourOf(state), background), state).toBeGreaterThan(least);
    }
  });

  test('states whose lines are alike differ by colour', () => {
    const lineOf = (state: EdgeState) => dashesOf({ seenBy: 'both', states: [state] }).join();
    for (const a of states) {
      for (const b of states) {
        if (a === b || lineOf(a) !== lineOf(b)) continue;
        expect(difference(colourOf(a), colourOf(b)), `${a}, ${b}`).toBeGreaterThan(PLAINLY_DIFFERENT);
      }
    }
  });
});

test('red and green of the same lightness are alike to many, and black and white to nobody', () => {
  const [red, green] = [parseColour('#F2495C'), parseColour('#73BF69')];
  expect(difference(red, green)).toBeGreaterThan(80);
  expect(difference(seenBy('deuteranopia', red), seenBy('deuteranopia', green))).toBeLessThan(20);
  expect(contrast(parseColour('#000000'), parseColour('#ffffff'))).toBeCloseTo(21);
  expect(difference(parseColour('#000000'), parseColour('#ffffff'))).toBeCloseTo(100, 0);
});
