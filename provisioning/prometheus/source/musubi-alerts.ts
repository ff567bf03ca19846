import { type Alert, DEPENDENCY_ALERTS, EXPORTER_ALERTS } from './alerts.ts';
import { type AlertingRule, GENERATED, rulesFile } from './rule.ts';
import { WATCH_RULES } from './watch.ts';

/** Evaluation interval of the alerts. */
export const INTERVAL = '30s';

const DASHBOARD = '/d/musubi-service-dependencies';

/**
 * The URL of the graph that an alert is about, around its time, or else of the last half hour.
 *
 * @param grafana URL of Grafana, as a template
 * @param at the time, as a template
 */
export function graphUrl(grafana: string, { around = '' }: Alert, at: string | undefined): string {
  const range = at ? `time={{ printf "%.0f" ${at} }}000&time.window=1800000` : 'from=now-30m&to=now';
  return `${grafana}${DASHBOARD}?${range}${around}`;
}

/** The time of evaluation: Prometheus's templates get it by a query only, Grafana's not at all. */
const NOW = '(query "time()" | first | value)';

const GRAFANA = '{{ with $externalLabels.grafana_url }}{{ . }}{{ else }}http://127.0.0.1:3000{{ end }}';

/** The text of `rules/musubi-alerts.yaml`. */
export const musubiAlerts = (): string =>
  rulesFile(
    `Alerts on dependencies and on the exporters: docs/alerts.md explains each and what to do about it.
${GENERATED}

The expected dependencies come from a file made by \`musubi expect render\`, to be loaded together with this one. Without
it, only DependencyFailing and the alerts on exporters work. The current dependencies come from musubi-edges.yaml.

A dependency has vanished if it was unused for longer than its max_gap, by a clock that runs only while the exporters
of all its hosts report. So an exporter that is down stops the clocks of its host, and raises a single alert. The clocks
start again from zero after an exporter, or Prometheus, was down for more than five minutes. Times are those at which
Prometheus received the data: the clocks of hosts may be wrong.`,
    [
      // Alerts are in the group of their series, so that none is evaluated on outdated ones.
      {
        name: 'musubi-watch',
        interval: INTERVAL,
        rules: [...WATCH_RULES, ...DEPENDENCY_ALERTS.map(alertingRule)],
      },
      { name: 'musubi-exporters', interval: INTERVAL, rules: EXPORTER_ALERTS.map(alertingRule) },
    ],
  );

function alertingRule(rule: Alert): AlertingRule {
  const { alert, expr, for: hold, severity, summary, description, at = NOW } = rule;
  return {
    alert,
    expr,
    ...(hold && { for: hold }),
    labels: { severity },
    annotations: { summary, description, graph: graphUrl(GRAFANA, rule, at) },
  };
}
