/** The parts of Grafana's dashboard JSON (schema version 42) that our dashboards use. */

/** The one selected at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana replaces it.
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly format: 'time_series' | 'table';
  readonly instant: boolean;
  readonly range: boolean;
  readonly legendFormat: string;
  /** Minimum step, in Grafana's notation. */
  readonly interval?: string;
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** In columns, of which the grid has 24, and in units of 30 px. */
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
  /** A variable query of Grafana's Prometheus data source: `label_values(…)` or `query_result(…)`. */
  readonly query?: string;
  /** Its values if there is no query; the first is the default. */
  readonly values?: readonly string[];
  /** Extracts the value from each row of the result. */
  readonly regex?: string;
  /** Whether several values can be selected, or all. */
  readonly multi?: boolean;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** The text of a dashboard's file. Panels are laid out in rows, in the given order. */
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

function variableJson({ name, label, query, values = [], regex = '', multi = false }: Variable): object {
  if (query === undefined) {
    const options = values.map((value, at) => ({ text: value, value, selected: at === 0 }));
    const [current] = options;
    return {
      name,
      label,
      type: 'custom',
      query: values.join(', '),
      hide: 0,
      includeAll: false,
      multi: false,
      options,
      skipUrlSync: false,
      current: { text: current?.text, value: current?.value },
    };
  }
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
    includeAll: multi,
    multi,
    ...(multi && { allValue: '.*' }),
    options: [],
    skipUrlSync: false,
    current: multi ? { text: ['All'], value: ['$__all'] } : {},
  };
}

const COLUMNS = 24;

/** Places each panel next to the previous one or, if it does not fit, in a new row. */
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
