import { expect, test } from 'vitest';
import { EDGE_STATES } from '../../graph/model/graph.ts';
import { STATE_LOOKS, shortStateText, signText, stateText } from './state-looks.ts';

test('every state that is drawn has its own sign and word, so that colours need not be distinguished', () => {
  const looks = EDGE_STATES.filter((state) => state !== 'idle').map((state) => ({
    ...STATE_LOOKS[state],
    word: STATE_LOOKS[state].word(),
  }));
  for (const part of ['sign', 'word', 'hue'] as const) {
    expect(new Set(looks.map((look) => look[part])).size).toBe(looks.length);
    for (const look of looks) expect(look[part]).not.toBe('');
  }
});

test('states are shown as words, or only the main state where space is short', () => {
  expect(stateText(['new', 'idle', 'alerting'])).toBe('+ new ▲ alerting');
  expect(shortStateText(['new', 'idle', 'alerting'])).toBe('▲ alerting +');
  expect(shortStateText(['idle'])).toBe('');
  expect(shortStateText([])).toBe('');
  expect(signText(['new', 'idle', 'alerting'])).toBe('+ ▲');
});
