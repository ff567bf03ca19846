import { expect, it } from 'vitest';
import { answerFor, type Dependency, type ServiceLocations } from '../harness/estate.ts';
import { type Answered, startFakePrometheus } from '../harness/fake-prometheus.ts';
import { exportFrom, pinEdge } from '../harness/panel.ts';
import { panelPage } from '../harness/panel-page.ts';

/** The effect of Grafana's field options on the graph: units, names, mappings, colours and widths. */

const LOCATIONS: ServiceLocations = {
  web: { host: 'front-1', site: 'tokyo' },
  api: { host: 'back-1', site: 'tokyo' },
  db: { host: 'data-1', site: 'osaka' },
};

const DEPENDENCIES: readonly Dependency[] = [
  { from: 'web', to: 'api', port: '8080', bytes: 5_000_000, opened: 90 },
  { from: 'api', to: 'db', port: '5432', bytes: 20_000, opened: 4, open: 0 },
];

/** Connections fail from `api` to `db` only; an alert fires for the other dependency. */
function answer(query: string): Answered[] {
  if (query.includes('ALERTS')) {
    const labels = { alertname: 'Slow', alertstate: 'firing', src_service: 'web', dst_service: 'api' };
    return [{ labels, value: 1 }];
  }
  if (!query.includes('failed')) return answerFor(query, DEPENDENCIES, LOCATIONS);
  return answerFor(query, DEPENDENCIES, LOCATIONS).map(({ labels }) => ({
    labels,
    value: labels.src_service === 'api' ? 6 : 0,
  }));
}

const setFor = (refId: string, properties: Record<string, unknown>) => ({
  matcher: { id: 'byFrameRefID', options: refId },
  properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
});

const graph = panelPage(() => startFakePrometheus(answer));
const { open: openGraph } = graph;

/** Opens the dashboard with field options and panel options of its graph set. */
const open = (overrides: readonly object[], options: object = {}) =>
  openGraph('refresh=', ({ panels: [panel] }) => {
    if (!panel) throw new Error('the dashboard has no panel');
    panel.fieldConfig = { defaults: {}, overrides };
    Object.assign(panel.options, options);
  });

/** The details of `api → db`. */
async function details(): Promise<string> {
  await pinEdge(graph.page, '[data-source=api]');
  return (await graph.page.getByTestId('musubi-pinned').textContent()) ?? '';
}

/** The drawing as SVG: a path for each stroke, edges in the order of their keys. */
async function drawing(): Promise<{ svg: string; strokes: { colour: string; width: number }[] }> {
  const svg = `${(await exportFrom(graph.page, 'SVG image')).content}`;
  const strokes = [...svg.matchAll(/fill="none" stroke="([^"]+)" stroke-width="([\d.]+)"/g)];
  return {
    svg,
    strokes: strokes.map(([, colour = '', width]) => ({ colour, width: Number(width) })),
  };
}

it('units, decimals, names and mappings apply to the table, the details and the drawing', async () => {
  await open(
    [
      setFor('io', { unit: 'decbytes', decimals: 2, displayName: 'Volume' }),
      setFor('opened', { displayName: 'Calls' }),
      setFor('open', { mappings: [{ type: 'value', options: { 0: { text: 'none open', color: 'red' } } }] }),
      setFor('rtt', { noValue: 'not measured' }),
    ],
    { edgeLabel: 'connections' },
  );
  const table = graph.page.getByTestId('musubi-edges');
  expect(await table.locator('thead').textContent()).toMatch(/CallsFailedOpenVolume/);
  expect(await table.locator('tbody').textContent()).toMatch(/none open20\.00 kB/);
  const text = await details();
  // Counts are those of the edge, not of its endpoints.
  expect(text).toMatch(/Calls––4/);
  expect(text).toContain('20.00 kB');
  expect(text).toContain('none open');
  const { svg } = await drawing();
  expect(svg).toMatch(/>:5432 · 4 Calls</);
  await graph.page.getByText('kB = 1000 B').waitFor();
});

it('thresholds mark values with a coloured dot', async () => {
  const steps = [
    { value: null, color: 'green' },
    { value: 50, color: 'orange' },
  ];
  await open([setFor('opened', { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps } })]);
  const dots = await graph.page
    .getByTestId('musubi-edges')
    .locator('td span[style*=background]')
    .evaluateAll((spans) =>
      spans.map((span) => (span as unknown as { style: { background: string } }).style.background),
    );
  expect(dots).toEqual(['rgb(255, 152, 48)', 'rgb(115, 191, 105)']);
});

it('the width of an edge follows its value, up to the configured maximum', async () => {
  await open([setFor('opened', { max: 90_000 })], { widthBy: 'opened' });
  const widths = async () => (await drawing()).strokes.map(({ width }) => width).sort();
  const [thin = 0, wide = 0] = await widths();
  expect(wide).toBeGreaterThan(thin);
  expect(wide).toBeLessThan(2);
  expect(await graph.page.getByTestId('musubi-width-scale').textContent()).toMatch(
    /width: Connections opened.*0 – 90,000/,
  );
});

it('an edge has the colour of its value, with the colour of its state around it', async () => {
  await open([], { colourBy: 'failureShare', widthBy: 'none' });
  const { strokes } = await drawing();
  const colours = strokes.map(({ colour }) => colour);
  // Each edge is drawn twice: in the colour of its state or of the theme, and narrower inside in that of the ratio.
  expect(strokes.map(({ width }) => width)).toEqual([6, 3, 6, 3]);
  expect(new Set(colours).size).toBe(4);
  expect(colours).toContain('#FF7383');
  const legend = graph.page.getByTestId('musubi-colour-scale');
  expect(await legend.textContent()).toMatch(/color: Connection failure ratio 0% {2}100%/);
});
