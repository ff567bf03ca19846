import { DNS_METRICS, type MetricDefinition, SELF_METRICS, TABLE_METRICS } from '@musubi/contract/catalogue';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { promql } from '../../prometheus/source/promql.ts';
import { dashboardJson, type Panel } from './dashboard.ts';
import { table, timeSeries } from './panels.ts';

const SELECTED = '{instance=~"$instance"}';
const of = (metric: MetricDefinition) => `${prometheusName(metric)}${SELECTED}`;
const perSecond = (metric: MetricDefinition) => `rate(${of(metric)}[$__rate_interval])`;
const increase = (metric: MetricDefinition) => `increase(${of(metric)}[$__rate_interval])`;

const {
  buildInfo,
  captureInfo,
  captureRestarts,
  stageDuration,
  cycles,
  cyclesFailed,
  sockets,
  edges,
  foldedEdges,
  foldedConnections,
  namespaces,
  unattributed,
  natConnections,
  natNamespaces,
  natOverruns,
  natDropped,
  natUnattributed,
  otlpFailed,
  otlpDropped,
} = SELF_METRICS;

const UP_OR_DOWN = [
  {
    type: 'value',
    options: { 0: { text: 'down', color: 'red', index: 0 }, 1: { text: 'up', color: 'green', index: 1 } },
  },
];

const PANELS: readonly Panel[] = [
  table(
    {
      title: 'Exporters',
      description:
        'What is visible depends on the capture in use. An exporter that pushes is not scraped, so it is neither up nor down.',
      width: 24,
    },
    [
      { name: 'Exporter', label: 'instance' },
      {
        name: 'Scrape',
        // Targets that never answered have the same job.
        expr: `max by (instance) (up${SELECTED} and on (job) max by (job) (last_over_time(${prometheusName(cycles)}[$__range])))`,
        mappings: UP_OR_DOWN,
      },
      {
        name: 'Last report',
        expr: `max by (instance) (last_over_time(${RECORDED.exporterLastReport}${SELECTED}[$__range])) * 1000`,
        unit: 'dateTimeFromNow',
      },
      { name: 'Capture', label: 'capture' },
      { name: 'Version', label: 'version' },
      {
        name: 'Captures',
        expr: promql`
          count by (instance, capture, version) (
            ${of(captureInfo)}
            * on (job, instance) group_left (version)
            topk by (job, instance) (1, ${of(buildInfo)})
          )`,
      },
    ],
  ),
  timeSeries(
    { title: 'Collection cycles', description: 'Cycles per second of each exporter.', width: 8 },
    [
      { legend: '{{instance}}', expr: perSecond(cycles) },
      { legend: '{{instance}}: failed', expr: perSecond(cyclesFailed) },
    ],
    { unit: 'ops' },
  ),
  timeSeries(
    {
      title: 'Collection duration',
      description: 'Duration of each pipeline stage, the longest of the selected exporters.',
      width: 8,
    },
    [{ legend: '{{stage}}', expr: `max by (stage) (${of(stageDuration)})` }],
    { unit: 's' },
  ),
  timeSeries({ title: 'Sockets and edges', description: 'In the last collection cycle.', width: 8 }, [
    { legend: '{{instance}}: sockets', expr: of(sockets) },
    { legend: '{{instance}}: unattributed sockets', expr: of(unattributed) },
    { legend: '{{instance}}: edges', expr: of(edges) },
  ]),
  timeSeries(
    {
      title: 'Folded edges',
      description: 'Half-edges folded into others in the last collection cycle, by reason.',
      width: 8,
    },
    [{ legend: '{{instance}}: {{reason}}', expr: of(foldedEdges) }],
  ),
  timeSeries(
    { title: 'Folded connections', description: 'Per second, by reason.', width: 8 },
    [
      { legend: '{{instance}}: {{reason}}', expr: perSecond(foldedConnections) },
      { legend: '{{instance}}: table full', expr: perSecond(TABLE_METRICS.folded) },
    ],
    { unit: 'cps' },
  ),
  timeSeries(
    {
      title: 'Capture table usage',
      description: 'Kernel-side table. When it is full, dependencies are folded into `other`.',
      width: 8,
    },
    [{ legend: '{{instance}}', expr: `${of(TABLE_METRICS.used)} / ${of(TABLE_METRICS.size)}` }],
    { unit: 'percentunit', max: 1 },
  ),
  timeSeries(
    {
      title: 'Capture errors',
      description: 'Missed kernel events, and restarts of the capture.',
      width: 8,
    },
    [
      { legend: '{{instance}}: events missed', expr: increase(TABLE_METRICS.missed) },
      { legend: '{{instance}}: restarts', expr: increase(captureRestarts) },
    ],
    { bars: true },
  ),
  timeSeries(
    {
      title: 'OTLP errors',
      description: 'Batches whose first delivery attempt failed, and dropped batches.',
      width: 8,
    },
    [
      { legend: '{{instance}}: failed', expr: increase(otlpFailed) },
      { legend: '{{instance}}: dropped', expr: increase(otlpDropped) },
    ],
    { bars: true },
  ),
  timeSeries(
    { title: 'Network namespaces', description: 'Found in the last collection cycle, by state.', width: 8 },
    [
      { legend: '{{instance}}: {{state}}', expr: of(namespaces) },
      { legend: '{{instance}}: with NAT', expr: of(natNamespaces) },
    ],
  ),
  timeSeries(
    { title: 'Address translation', description: 'Translated connections per second.', width: 8 },
    [
      { legend: '{{instance}}: translated', expr: perSecond(natConnections) },
      { legend: '{{instance}}: dropped', expr: perSecond(natDropped) },
      { legend: '{{instance}}: unattributed, {{reason}}', expr: perSecond(natUnattributed) },
      { legend: '{{instance}}: overruns', expr: perSecond(natOverruns) },
    ],
    { unit: 'cps' },
  ),
  timeSeries(
    {
      title: 'DNS responses',
      description: 'Inspected and dropped responses per second.',
      width: 8,
    },
    [
      { legend: '{{instance}}: inspected', expr: perSecond(DNS_METRICS.responses) },
      { legend: '{{instance}}: dropped, {{reason}}', expr: perSecond(DNS_METRICS.dropped) },
    ],
    { unit: 'ops' },
  ),
  timeSeries(
    {
      title: 'DNS names',
      description: 'Name servers by state, named addresses, and evicted ones.',
      width: 8,
    },
    [
      { legend: '{{instance}}: servers {{state}}', expr: of(DNS_METRICS.servers) },
      { legend: '{{instance}}: addresses', expr: of(DNS_METRICS.addresses) },
      { legend: '{{instance}}: evicted addresses', expr: increase(DNS_METRICS.evicted) },
    ],
  ),
];

/** The text of `dashboards/exporters.json`. */
export const exporters = () =>
  dashboardJson({
    uid: 'musubi-exporters',
    title: 'Exporters',
    description:
      'Whether the Musubi exporters report, which capture they use, and what they folded, missed or dropped.',
    variables: [
      {
        name: 'instance',
        label: 'Exporter',
        query: `label_values(${prometheusName(cycles)}, instance)`,
        multi: true,
      },
    ],
    panels: PANELS,
  });
