/** The state in the address bar, with Grafana's names. */
export interface UrlState {
  /** `now-5m`, or Unix milliseconds. */
  readonly from: string;
  readonly to: string;
  readonly theme: 'dark' | 'light';
  /** `browser`, `utc` or a name such as `Europe/Paris`. */
  readonly timezone: string;
  /** `ja`; '' is the browser's. Read once, when the page loads (index.html). */
  readonly lang: string;
  /** `30s`, or '' for no automatic refresh. */
  readonly refresh: string;
  /** Options of the panel that differ from the dashboard's. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The dashboard's values, for what the address bar does not have. */
export type UrlDefaults = Pick<UrlState, 'from' | 'to' | 'refresh'>;

/** Reads the state from a query string; missing or invalid values are replaced by defaults. */
export function readUrlState(search: string, defaults: UrlDefaults): UrlState {
  const query = new URLSearchParams(search);
  return {
    from: query.get('from') || defaults.from,
    to: query.get('to') || defaults.to,
    theme: query.get('theme') === 'light' ? 'light' : 'dark',
    timezone: query.get('timezone') || 'browser',
    lang: query.get('lang') ?? '',
    refresh: query.get('refresh') ?? defaults.refresh,
    options: readOptions(query.get('options')),
  };
}

/** Writes the state as parameters of a query string: null removes a parameter. */
export function writeUrlState(state: UrlState): Readonly<Record<string, string | null>> {
  const { from, to, theme, timezone, lang, refresh, options } = state;
  return {
    from,
    to,
    theme,
    refresh,
    timezone: timezone === 'browser' ? null : timezone,
    lang: lang || null,
    options: Object.keys(options).length > 0 ? JSON.stringify(options) : null,
  };
}

/** Parses a JSON object; anything else is an empty one. */
function readOptions(text: string | null): UrlState['options'] {
  try {
    const options: unknown = JSON.parse(text ?? '{}');
    return options instanceof Object && !Array.isArray(options) ? { ...options } : {};
  } catch {
    return {};
  }
}

/** The options that differ from those of the dashboard. */
export const changedOptions = (
  options: UrlState['options'],
  ofDashboard: UrlState['options'],
): UrlState['options'] =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(ofDashboard[name]),
    ),
  );
