import { stringify } from 'yaml';
import { type Alert, DEPENDENCY_ALERTS, EXPORTER_ALERTS } from './alerts.ts';
import { graphUrl, INTERVAL } from './musubi-alerts.ts';

const GROUPS: Readonly<Record<string, readonly Alert[]>> = {
  'musubi-dependencies': DEPENDENCY_ALERTS,
  'musubi-exporters': EXPORTER_ALERTS,
};

/** The data source of `provisioning/grafana/datasources`. */
const DATA_SOURCE = 'prometheus';
const GRAFANA = '{{ reReplaceAll "/$" "" externalURL }}';

/**
 * The text of `grafana/alerting/musubi-alerts.yaml`: the alerts of `musubi-alerts.yaml` as Grafana evaluates them
 * (https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/).
 */
export function grafanaAlerts(): string {
  const groups = Object.entries(GROUPS).map(([name, alerts]) => ({
    orgId: 1,
    name,
    folder: 'Musubi',
    interval: INTERVAL,
    rules: alerts.map(toRule),
  }));
  return `# The alerts of provisioning/prometheus/rules/musubi-alerts.yaml, evaluated by Grafana: take one or the other. The
# recording rules of that file are needed all the same. In a Grafana with several of them, its data source is "${DATA_SOURCE}".
# Made from provisioning/prometheus/source; \`npx vitest run --project unit provisioning -u\` makes it anew.
${stringify({ apiVersion: 1, groups }, { lineWidth: 0 })}`;
}

/** What Prometheus gives fires: the values of alerts are above zero, and nothing is good news. */
function toRule(rule: Alert) {
  const { alert, expr, for: hold = '0s', severity, summary, description, at } = rule;
  const annotations = { summary, description, graph: graphUrl(GRAFANA, rule, at) };
  return {
    uid: `musubi-${alert}`,
    title: alert,
    condition: 'fires',
    for: hold,
    noDataState: 'OK',
    execErrState: 'Error',
    isPaused: false,
    labels: { severity },
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, text]) => [
        name,
        text.replaceAll('$value', '$values.value.Value'),
      ]),
    ),
    data: [
      {
        refId: 'value',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: DATA_SOURCE,
        model: { refId: 'value', expr, instant: true, range: false, editorMode: 'code' },
      },
      {
        refId: 'fires',
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: '__expr__',
        model: {
          refId: 'fires',
          type: 'threshold',
          expression: 'value',
          conditions: [{ evaluator: { type: 'gt', params: [0] } }],
        },
      },
    ],
  };
}
