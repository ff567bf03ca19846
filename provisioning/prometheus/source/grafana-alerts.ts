import { stringify } from 'yaml';
import { type Alert, DEPENDENCY_ALERTS, EXPORTER_ALERTS } from './alerts.ts';
import { graphUrl, INTERVAL } from './musubi-alerts.ts';
import { GENERATED } from './rule.ts';

const GROUPS: Readonly<Record<string, readonly Alert[]>> = {
  'musubi-dependencies': DEPENDENCY_ALERTS,
  'musubi-exporters': EXPORTER_ALERTS,
};

/** The data source of `provisioning/grafana/datasources`. */
const DATA_SOURCE = 'prometheus';
/** Its own URL, as a template. */
const GRAFANA = '{{ reReplaceAll "/$" "" externalURL }}';

/**
 * The text of `grafana/alerting/musubi-alerts.yaml`: the alerts of `musubi-alerts.yaml`, for evaluation by Grafana
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
  return `# The alerts of provisioning/prometheus/rules/musubi-alerts.yaml, evaluated by Grafana: use one or the other. The
# recording rules of that file are required either way. The data source is "${DATA_SOURCE}": change it if yours differs.
# ${GENERATED}
${stringify({ apiVersion: 1, groups }, { lineWidth: 0 })}`;
}

/** Every result of the expression fires: values of alerts are above zero. No result is healthy. */
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
