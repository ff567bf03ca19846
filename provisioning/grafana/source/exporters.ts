import { DNS_METRICS, type MetricDefinition, SELF_METRICS, TABLE_METRICS } from '@musubi/contract/catalogue';
import { prometheusLabel, prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { promql } from '../../prometheus/source/promql.ts';
import { dashboardJson, type Panel } from './dashboard.ts';
import { oncePerHost, oncePerTarget } from './once.ts';
import { table, timeSeries } from './panels.ts';

const of = (metric: MetricDefinition) => oncePerHost(prometheusName(metric), labelsOf(metric));
const perSecond = (metric: MetricDefinition) =>
  oncePerHost(`rate(${prometheusName(metric)}[$__rate_interval])`, labelsOf(metric));
const increase = (metric: MetricDefinition) =>
  oncePerHost(`increase(${prometheusName(metric)}[$__rate_interval])`, labelsOf(metric));
const labelsOf = ({ attributes }: MetricDefinition) => attributes.map(prometheusLabel);

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
      { name: 'Host', label: 'host' },
      {
        name: 'Scrape',
        // Targets that never answered have the same job.
        expr: oncePerTarget(
          `(up and on (job) max by (job) (last_over_time(${prometheusName(cycles)}[$__range])))`,
        ),
        mappings: UP_OR_DOWN,
      },
      {
        name: 'Last report',
        expr: `max by (host) (last_over_time(${RECORDED.hostLastReport}{host=~"$host"}[$__range])) * 1000`,
        unit: 'dateTimeFromNow',
      },
      { name: 'Capture', label: 'capture' },
      { name: 'Version', label: 'version' },
      {
        name: 'Captures',
        expr: promql`
          count by (host, capture, version) (
            ${of(captureInfo)}
            * on (host) group_left (version)
            topk by (host) (1, ${of(buildInfo)})
          )`,
      },
    ],
  ),
  timeSeries(
    { title: 'Collection cycles', description: 'Cycles per second of each exporter.', width: 8 },
    [
      { legend: '{{host}}', expr: perSecond(cycles) },
      { legend: '{{host}}: failed', expr: perSecond(cyclesFailed) },
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
    { legend: '{{host}}: sockets', expr: of(sockets) },
    { legend: '{{host}}: unattributed sockets', expr: of(unattributed) },
    { legend: '{{host}}: edges', expr: of(edges) },
  ]),
  timeSeries(
    {
      title: 'Folded edges',
      description: 'Half-edges folded into others in the last collection cycle, by reason.',
      width: 8,
    },
    [{ legend: '{{host}}: {{reason}}', expr: of(foldedEdges) }],
  ),
  timeSeries(
    { title: 'Folded connections', description: 'Per second, by reason.', width: 8 },
    [
      { legend: '{{host}}: {{reason}}', expr: perSecond(foldedConnections) },
      { legend: '{{host}}: table full', expr: perSecond(TABLE_METRICS.folded) },
    ],
    { unit: 'cps' },
  ),
  timeSeries(
    {
      title: 'Capture table usage',
      description: 'Kernel-side table. When it is full, dependencies are folded into `other`.',
      width: 8,
    },
    [{ legend: '{{host}}', expr: `${of(TABLE_METRICS.used)} / ${of(TABLE_METRICS.size)}` }],
    { unit: 'percentunit', max: 1 },
  ),
  timeSeries(
    {
      title: 'Capture errors',
      description: 'Missed kernel events, and restarts of the capture.',
      width: 8,
    },
    [
      { legend: '{{host}}: events missed', expr: increase(TABLE_METRICS.missed) },
      { legend: '{{host}}: restarts', expr: increase(captureRestarts) },
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
      { legend: '{{host}}: failed', expr: increase(otlpFailed) },
      { legend: '{{host}}: dropped', expr: increase(otlpDropped) },
    ],
    { bars: true },
  ),
  timeSeries(
    { title: 'Network namespaces', description: 'Found in the last collection cycle, by state.', width: 8 },
    [
      { legend: '{{host}}: {{state}}', expr: of(namespaces) },
      { legend: '{{host}}: with NAT', expr: of(natNamespaces) },
    ],
  ),
  timeSeries(
    { title: 'Address translation', description: 'Translated connections per second.', width: 8 },
    [
      { legend: '{{host}}: translated', expr: perSecond(natConnections) },
      { legend: '{{host}}: dropped', expr: perSecond(natDropped) },
      { legend: '{{host}}: unattributed, {{reason}}', expr: perSecond(natUnattributed) },
      { legend: '{{host}}: overruns', expr: perSecond(natOverruns) },
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
      { legend: '{{host}}: inspected', expr: perSecond(DNS_METRICS.responses) },
      { legend: '{{host}}: dropped, {{reason}}', expr: perSecond(DNS_METRICS.dropped) },
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
      { legend: '{{host}}: servers {{state}}', expr: of(DNS_METRICS.servers) },
      { legend: '{{host}}: addresses', expr: of(DNS_METRICS.addresses) },
      { legend: '{{host}}: evicted addresses', expr: increase(DNS_METRICS.evicted) },
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
        name: 'host',
        label: 'Host',
        query: `label_values(${RECORDED.hostLastReport}, host)`,
        multi: true,
      },
    ],
    panels: PANELS,
  });
