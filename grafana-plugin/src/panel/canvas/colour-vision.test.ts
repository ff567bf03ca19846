import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { dashesOf } from '../../graph/display/near/curve-shape.ts';
import { EDGE_STATES, type EdgeState } from '../../graph/model/graph.ts';
import { STATE_LOOKS } from '../texts/state-looks.ts';
import { contrast, difference, EYES, parseColour, seenBy } from './colour-vision.fixture.ts';

// As a CommonJS module, as Node.js cannot import all of its dependencies as ECMAScript modules.
const { createTheme } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

/** WCAG 2.2, 1.4.11: minimum contrast of a graphic with adjacent colours. */
const LEAST_CONTRAST = 3;
/** No yellow of Grafana's reaches that on white; changed edges also have a sign and a word. */
const OF_YELLOW = 2.3;
/** Differences in CIELAB that are visible at a glance. */
const PLAINLY_DIFFERENT = 20;

const states = EDGE_STATES.filter((state) => state !== 'idle');
const kinds = (['dark', 'light'] as const).flatMap((mode) =>
  (Object.keys(EYES) as (keyof typeof EYES)[]).map((eye) => ({ mode, eye })),
);

describe.each(kinds)('in the $mode theme, by $eye eyes', ({ mode, eye }) => {
  const theme = createTheme({ colors: { mode } });
  const colourOf = (state: EdgeState) =>
    seenBy(eye, parseColour(theme.visualization.getColorByName(STATE_LOOKS[state].hue)));

  test('states have enough contrast', () => {
    const background = seenBy(eye, parseColour(theme.colors.background.primary));
    for (const state of states) {
      const least = state === 'changed' ? OF_YELLOW : LEAST_CONTRAST;
      expect(contrast(colourOf(state), background), state).toBeGreaterThan(least);
    }
  });

  test('states with the same line style differ in colour', () => {
    const lineOf = (state: EdgeState) => dashesOf({ seenBy: 'both', states: [state] }).join();
    for (const a of states) {
      for (const b of states) {
        if (a === b || lineOf(a) !== lineOf(b)) continue;
        expect(difference(colourOf(a), colourOf(b)), `${a}, ${b}`).toBeGreaterThan(PLAINLY_DIFFERENT);
      }
    }
  });
});

test('the simulation makes red and green of equal lightness similar, but not black and white', () => {
  const [red, green] = [parseColour('#F2495C'), parseColour('#73BF69')];
  expect(difference(red, green)).toBeGreaterThan(80);
  expect(difference(seenBy('deuteranopia', red), seenBy('deuteranopia', green))).toBeLessThan(20);
  expect(contrast(parseColour('#000000'), parseColour('#ffffff'))).toBeCloseTo(21);
  expect(difference(parseColour('#000000'), parseColour('#ffffff'))).toBeCloseTo(100, 0);
});
