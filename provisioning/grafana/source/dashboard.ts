/** The parts of Grafana's dashboard JSON (schema version 42) that our dashboards are made of. */

/** The one that is chosen at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly format: 'time_series' | 'table';
  readonly instant: boolean;
  readonly range: boolean;
  readonly legendFormat: string;
  /** The least step, in Grafana's notation. */
  readonly interval?: string;
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Columns of 24, and units of 30 px. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  readonly fieldConfig: { readonly defaults: object; readonly overrides: readonly object[] };
  readonly options: object;
  readonly transformations?: readonly object[];
}

interface Variable {
  readonly name: string;
  readonly label: string;
  /** In the notation of Grafana's Prometheus data source: `label_values(…)` or `query_result(…)`. */
  readonly query: string;
  /** What is taken of each row that the query gives. */
  readonly regex?: string;
  /** Whether many values may be chosen, and all. */
  readonly many?: boolean;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** The text of a dashboard's file; its panels stand in rows, in their order. */
export function dashboardJson({ uid, title, description, variables, panels }: Dashboard): string {
  const json = {
    uid,
    title,
    description,
    tags: ['musubi'],
    schemaVersion: 42,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    timepicker: {},
    links: [OTHER_DASHBOARDS],
    annotations: { list: [] },
    templating: { list: [DATASOURCE_VARIABLE, ...variables.map(variableJson)] },
    panels: inRows(panels).map(({ width, height, targets, ...panel }, index) => ({
      id: index + 1,
      ...panel,
      datasource: DATASOURCE,
      targets: targets.map((target) => ({ ...target, datasource: DATASOURCE, editorMode: 'code' })),
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

const OTHER_DASHBOARDS = {
  title: 'Musubi',
  type: 'dashboards',
  tags: ['musubi'],
  asDropdown: true,
  includeVars: false,
  keepTime: true,
  targetBlank: false,
  icon: 'external link',
  tooltip: '',
  url: '',
};

const DATASOURCE_VARIABLE = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  regex: '',
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  refresh: 1,
  skipUrlSync: false,
  current: {},
};

function variableJson({ name, label, query, regex = '', many = false }: Variable): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: name },
    definition: query,
    regex,
    // When the time range changes.
    refresh: 2,
    sort: 1,
    hide: 0,
    includeAll: many,
    multi: many,
    ...(many && { allValue: '.*' }),
    options: [],
    skipUrlSync: false,
    current: many ? { text: ['All'], value: ['$__all'] } : {},
  };
}

const COLUMNS = 24;

/** Gives each panel its place: beside the one before it, or where it does not fit, below. */
function inRows(panels: readonly Panel[]): (Panel & { gridPos: object })[] {
  let x = 0;
  let y = 0;
  let tallest = 0;
  return panels.map((panel) => {
    const { width: w, height: h } = panel;
    if (x + w > COLUMNS) {
      x = 0;
      y += tallest;
      tallest = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    tallest = Math.max(tallest, h);
    return { ...panel, gridPos };
  });
}
