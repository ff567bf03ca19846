import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_OPTIONS, type PanelOptions } from './options.ts';
import {
  addChoices,
  readOptions,
  readViewerState,
  type ViewerState,
  writeViewerState,
} from './viewer-state.ts';

const CHOSEN: ViewerState = {
  level: 'host',
  frames: 'site',
  collapsed: ['["group","site","tokyo"]'],
  search: 'service:"a b" failed>0',
  focus: { node: '["service","a&b","h"]', way: 'both', hops: 2 },
  hideIdle: true,
  muteHubs: false,
  shownHubs: ['a'],
  hidden: ['b', 'c'],
  compare: '1d',
  states: ['new', 'alerting'],
  sort: { column: 'failed', descending: true },
  selected: { type: 'edge', key: '["a","b"]' },
};

test('a written state is read back unchanged', () => {
  expect(readViewerState(writeViewerState(CHOSEN, {}))).toEqual({ chosen: CHOSEN, invalid: [] });
  expect(readViewerState(null)).toEqual({ chosen: {}, invalid: [] });
});

test('only choices that differ from the dashboard are written', () => {
  const { level, ...others } = CHOSEN;
  expect(writeViewerState(CHOSEN, others)).toBe(JSON.stringify({ level }));
  expect(writeViewerState(CHOSEN, CHOSEN)).toBeNull();
});

test('choices are added to existing ones, and removed when they equal those of the dashboard', () => {
  const { text } = addChoices('{"search":"a","shiny":1}', { level: 'host' }, {});
  expect(text).toBe('{"search":"a","level":"host"}');
  expect(addChoices(text, { level: 'site', search: 'b' }, { level: 'site', search: 'b' })).toEqual({
    text: null,
    fit: true,
  });
});

test('a choice too long for the address is left out without affecting others', () => {
  const collapsed = Array.from({ length: 10_000 }, (_, i) => `["group","host","host-${i}"]`);
  expect(addChoices('{"level":"host","collapsed":["a"]}', { collapsed }, {})).toEqual({
    text: '{"level":"host"}',
    fit: false,
  });
});

test('invalid options in a dashboard are replaced by defaults', () => {
  const invalid = {
    compare: true,
    frames: 7,
    search: null,
    saved: null,
    states: ['shiny'],
    around: 3,
    edgeLabel: 'rtt',
    widthBy: 'hue',
    colourBy: [],
    nodeText: 'shiny',
  };
  expect(readOptions(invalid as unknown as PanelOptions)).toEqual(DEFAULT_OPTIONS);
  const ours = { ...DEFAULT_OPTIONS, compare: '1d', hubPartners: 5, saved: { a: { x: 1, y: 2 } } };
  expect(readOptions(ours)).toEqual(ours);
});

describe('an invalid choice is ignored and reported by name', () => {
  test.each<[string, unknown]>([
    ['level', 'galaxy'],
    ['frames', 7],
    ['search', 'x'.repeat(40_000)],
    ['focus', { node: 'a', way: 'sideways', hops: 1 }],
    ['focus', { node: 'a', way: 'up', hops: 1e9 }],
    ['focus', { node: 'a', way: 'up', hops: 1, to: 4 }],
    ['collapsed', ['a', 1]],
    ['states', ['new', 'shiny']],
    ['sort', { column: 'colour', descending: true }],
    ['selected', { type: 'planet', key: '' }],
    ['hideIdle', 'yes'],
    ['saved', {}],
    ['constructor', 1],
  ])('%s: %j', (name, value) => {
    const { chosen, invalid } = readViewerState(JSON.stringify({ [name]: value, muteHubs: true }));
    // A text that is too long is named by its first characters.
    if (name === 'search') expect(chosen).toEqual({});
    else expect({ chosen, invalid }).toEqual({ chosen: { muteHubs: true }, invalid: [name] });
  });

  test.each(['', '{', '[1]', '7', 'null', '"text"'])('%s', (text) => {
    expect(readViewerState(text)).toEqual({ chosen: {}, invalid: [text] });
  });

  test('for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { chosen, invalid } = readViewerState(text);
        expect(readViewerState(writeViewerState(chosen, {})).chosen).toEqual(chosen);
        expect(invalid.every((name) => name.length <= 40)).toBe(true);
      }),
    );
  });
});
