import { createRequire } from 'node:module';
import { createTheme } from '@grafana/data';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { buildGraph } from '../../graph/build/build-graph.ts';
import { halfEdge } from '../../graph/fixtures/half-edges.fixture.ts';
import type { EdgeState, Graph } from '../../graph/model/graph.ts';
import type { Palette } from '../canvas/palette.ts';
import { StateFilter } from './StateFilter.tsx';

// Its ES modules import names that Node does not find in CommonJS modules.
vi.mock('@grafana/data', () => createRequire(import.meta.url)('@grafana/data'));
vi.mock('@grafana/ui', () => ({
  useStyles2: (getStyles: (theme: unknown) => unknown) => getStyles(createTheme()),
}));

const built = buildGraph([halfEdge('outbound', 'a@h', 'b@h'), halfEdge('outbound', 'b@h', 'c@h')], []);
const graph: Graph = { ...built, edges: built.edges.map((edge) => ({ ...edge, states: ['new'] })) };

const render = (states: readonly EdgeState[]) =>
  renderToStaticMarkup(
    createElement(StateFilter, {
      graph,
      palette: { stateColour: () => 'red' } as unknown as Palette,
      states,
      onStates: () => {},
    }),
  );

test('each state is counted, with a tooltip', () => {
  const html = render([]);
  expect(html).toMatch(/^<button [^>]*title="Show only: new"[^>]*>.*\+ new 2<\/button>$/);
});

test('a state that is filtered by stays, even without edges', () => {
  expect(render(['missing'])).toMatch(
    /aria-pressed="true" title="Show only: missing".*\? missing 0<\/button>/,
  );
});
