/** What the address bar tells, in Grafana's words. */
export interface UrlState {
  /** `now-5m`, or Unix milliseconds. */
  readonly from: string;
  readonly to: string;
  readonly theme: 'dark' | 'light';
  /** `browser`, `utc` or a name such as `Europe/Paris`. */
  readonly timezone: string;
  /** `30s`, or '' for no automatic refresh. */
  readonly refresh: string;
}

/** Reads the state from a query string; what is missing or odd takes its default. */
export function readUrlState(search: string, defaults: Pick<UrlState, 'from' | 'to'>): UrlState {
  const query = new URLSearchParams(search);
  return {
    from: query.get('from') || defaults.from,
    to: query.get('to') || defaults.to,
    theme: query.get('theme') === 'light' ? 'light' : 'dark',
    timezone: query.get('timezone') || 'browser',
    refresh: query.get('refresh') ?? '',
  };
}

/** Writes the state as a query string. */
export function writeUrlState({ from, to, theme, timezone, refresh }: UrlState): string {
  const query = new URLSearchParams({ from, to, theme });
  if (timezone !== 'browser') query.set('timezone', timezone);
  if (refresh !== '') query.set('refresh', refresh);
  return `?${query}`;
}
