import { DNS_METRICS, type MetricDefinition, SELF_METRICS, TABLE_METRICS } from '@musubi/contract/catalogue';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { promql } from '../../prometheus/source/promql.ts';
import { dashboardJson, type Panel } from './dashboard.ts';
import { curves, table } from './panels.ts';

const CHOSEN = '{instance=~"$instance"}';
const of = (metric: MetricDefinition) => `${prometheusName(metric)}${CHOSEN}`;
const perSecond = (metric: MetricDefinition) => `rate(${of(metric)}[$__rate_interval])`;
const gained = (metric: MetricDefinition) => `increase(${of(metric)}[$__rate_interval])`;

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
        'The capture in use decides what is seen. One that is pushed is not scraped, so it is neither up nor down.',
      width: 24,
    },
    [
      { name: 'Exporter', label: 'instance' },
      {
        name: 'Scrape',
        // Those that never answered are of the same job.
        expr: `max by (instance) (up${CHOSEN} and on (job) max by (job) (last_over_time(${prometheusName(cycles)}[$__range])))`,
        mappings: UP_OR_DOWN,
      },
      {
        name: 'Last report',
        expr: `max by (instance) (last_over_time(${RECORDED.exporterLastReport}${CHOSEN}[$__range])) * 1000`,
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
  curves(
    { title: 'Passes', description: 'How often each looks at the sockets, each second.', width: 8 },
    [
      { legend: '{{instance}}', expr: perSecond(cycles) },
      { legend: '{{instance}}: failed', expr: perSecond(cyclesFailed) },
    ],
    { unit: 'ops' },
  ),
  curves(
    { title: 'Time of a pass', description: 'The longest of the chosen exporters, by stage.', width: 8 },
    [{ legend: '{{stage}}', expr: `max by (stage) (${of(stageDuration)})` }],
    { unit: 's' },
  ),
  curves({ title: 'Sockets and edges', description: 'As of the last pass.', width: 8 }, [
    { legend: '{{instance}}: sockets', expr: of(sockets) },
    { legend: '{{instance}}: sockets without a process', expr: of(unattributed) },
    { legend: '{{instance}}: edges', expr: of(edges) },
  ]),
  curves(
    {
      title: 'Told as one with others',
      description: 'Half-edges of the last pass, by the reason.',
      width: 8,
    },
    [{ legend: '{{instance}}: {{reason}}', expr: of(foldedEdges) }],
  ),
  curves(
    { title: 'Connections told as one with others', description: 'Each second, by the reason.', width: 8 },
    [
      { legend: '{{instance}}: {{reason}}', expr: perSecond(foldedConnections) },
      { legend: '{{instance}}: table full', expr: perSecond(TABLE_METRICS.folded) },
    ],
    { unit: 'cps' },
  ),
  curves(
    {
      title: 'Fill of the table in the kernel',
      description: 'Past 100 %, dependencies are counted as `other`.',
      width: 8,
    },
    [{ legend: '{{instance}}', expr: `${of(TABLE_METRICS.used)} / ${of(TABLE_METRICS.size)}` }],
    { unit: 'percentunit', most: 1 },
  ),
  curves(
    {
      title: 'Missed and died',
      description: 'Kernel events that were not seen, and captures that died.',
      width: 8,
    },
    [
      { legend: '{{instance}}: events missed', expr: gained(TABLE_METRICS.missed) },
      { legend: '{{instance}}: captures died', expr: gained(captureRestarts) },
    ],
    { bars: true },
  ),
  curves(
    {
      title: 'Pushes',
      description: 'OTLP batches that failed at the first try, and those given up.',
      width: 8,
    },
    [
      { legend: '{{instance}}: failed', expr: gained(otlpFailed) },
      { legend: '{{instance}}: given up', expr: gained(otlpDropped) },
    ],
    { bars: true },
  ),
  curves(
    { title: 'Network namespaces', description: 'Seen in the last pass, by what became of them.', width: 8 },
    [
      { legend: '{{instance}}: {{state}}', expr: of(namespaces) },
      { legend: '{{instance}}: with NAT', expr: of(natNamespaces) },
    ],
  ),
  curves(
    { title: 'Address translation', description: 'Translated connections, each second.', width: 8 },
    [
      { legend: '{{instance}}: translated', expr: perSecond(natConnections) },
      { legend: '{{instance}}: given up', expr: perSecond(natDropped) },
      { legend: '{{instance}}: overruns', expr: perSecond(natOverruns) },
    ],
    { unit: 'cps' },
  ),
  curves(
    {
      title: 'Answers of name servers',
      description: 'Heard, and those that taught nothing, each second.',
      width: 8,
    },
    [
      { legend: '{{instance}}: heard', expr: perSecond(DNS_METRICS.responses) },
      { legend: '{{instance}}: {{reason}}', expr: perSecond(DNS_METRICS.dropped) },
    ],
    { unit: 'ops' },
  ),
  curves({ title: 'Names', description: 'Name servers by state, and addresses known by a name.', width: 8 }, [
    { legend: '{{instance}}: servers {{state}}', expr: of(DNS_METRICS.servers) },
    { legend: '{{instance}}: addresses', expr: of(DNS_METRICS.addresses) },
    { legend: '{{instance}}: lost for others', expr: gained(DNS_METRICS.evicted) },
  ]),
];

/** The text of `dashboards/exporters.json`. */
export const exporters = () =>
  dashboardJson({
    uid: 'musubi-exporters',
    title: 'Exporters',
    description:
      'Whether the Musubi exporters report, what they see with, and what they could not tell apart.',
    variables: [
      {
        name: 'instance',
        label: 'Exporter',
        query: `label_values(${prometheusName(cycles)}, instance)`,
        many: true,
      },
    ],
    panels: PANELS,
  });
