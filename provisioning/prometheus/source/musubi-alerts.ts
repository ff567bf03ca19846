import { stringify } from 'yaml';
import { type Alert, DEPENDENCY_ALERTS, EXPORTER_ALERTS } from './alerts.ts';
import { rulesFile } from './rule.ts';
import { WATCH_RULES } from './watch.ts';

/** How often alerts are looked at. */
export const INTERVAL = '30s';

const DASHBOARD = '/d/musubi-service-dependencies';

/**
 * The address of the graph that an alert is about, around its time, or else of the last half hour.
 *
 * @param grafana Grafana's own address, as a template
 * @param at the time, as a template
 */
export function graphUrl(grafana: string, { around = '' }: Alert, at: string | undefined): string {
  const range = at ? `time={{ printf "%.0f" ${at} }}000&time.window=1800000` : 'from=now-30m&to=now';
  return `${grafana}${DASHBOARD}?${range}${around}`;
}

/** The time at which an alert fires, which Prometheus tells its templates by a query only, and Grafana not at all. */
const NOW = '(query "time()" | first | value)';

const GRAFANA = '{{ with $externalLabels.grafana_url }}{{ . }}{{ else }}http://127.0.0.1:3000{{ end }}';

/** The text of `rules/musubi-alerts.yaml`. */
export function musubiAlerts(): string {
  const watch = rulesFile(
    `Alerts on dependencies and on the exporters that tell of them: docs/alerts.md says what each means and what to do.
Made from provisioning/prometheus/source; \`npx vitest run --project unit provisioning -u\` makes it anew.

What should be there comes from a file that \`musubi expect render\` makes, to be put beside this one; without it
DependencyFailing and the alerts on exporters work. What is there comes from musubi-edges.yaml.

A dependency has vanished when it was not used for longer than its max_gap, by a clock that runs only while the
exporters of all hosts that had it report. So an exporter that is down stops the clocks of its host, and raises one
alert of its own. A clock starts anew when an exporter, or Prometheus, was away for more than five minutes. Times are
those at which Prometheus learnt of something: the clocks of hosts may be wrong.`,
    [{ name: 'musubi-watch', interval: INTERVAL, rules: WATCH_RULES }],
  );
  // In the group of what they tell, so that none is held on the word of an evaluation that is long past.
  const dependencies = DEPENDENCY_ALERTS.map(alertText);
  const exporters = `  - name: musubi-exporters\n    interval: ${INTERVAL}\n    rules:\n${EXPORTER_ALERTS.map(alertText).join('\n')}`;
  return [watch, ...dependencies, exporters].join('\n');
}

function alertText(rule: Alert): string {
  const { alert, expr, for: hold, severity, summary, description, at = NOW } = rule;
  const texts = stringify({ summary, description, graph: graphUrl(GRAFANA, rule, at) }, { lineWidth: 0 });
  const lines = [
    `- alert: ${alert}`,
    '  expr: |',
    ...indented(expr),
    ...(hold ? [`  for: ${hold}`] : []),
    '  labels:',
    `    severity: ${severity}`,
    '  annotations:',
    ...indented(texts.trimEnd()),
  ];
  return lines.map((line) => `      ${line}\n`).join('');
}

const indented = (text: string) => text.split('\n').map((line) => `    ${line}`);
