import { EDGE_METRICS } from '@musubi/contract/catalogue';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { dashboardJson, type Panel } from './dashboard.ts';
import { type Column, curves, table } from './panels.ts';

const UID = 'musubi-one-service';

/** Series of `rules/musubi-edges.yaml`: both ends by their names, whoever reported. */
const SEEN = RECORDED.serviceEdgeLastSeen;
const OPEN = RECORDED.activeConnections;
const OPENED = RECORDED.connectionsOpened;
const FAILED = RECORDED.connectionsFailed;

const ASKED = '{dst_service="$service"}';
const ASKS = '{src_service="$service"}';

/** What the recording rules have no series of is told by the service's own sockets. */
const OWN_ASKING = '{direction="outbound", src_service="$service"}';
// Where the direction is unknown, the reporting process stands as the destination.
const OWN_ASKED = '{direction=~"inbound|unknown", dst_service="$service"}';
const { io, rtt, retransmits, setup } = EDGE_METRICS;

/** A recorded count over a time, as the end that counted more told it. */
const sum = (series: string, matchers: string, over: string) =>
  `max without (observer) (sum_over_time(${series}${matchers}[${over}]))`;

/** One side of a service: the ends of its edges that are not itself. */
function neighbours(title: string, description: string, end: 'src' | 'dst', matchers: string): Panel {
  const labels = [`${end}_service`, `${end}_site`, 'dst_port', 'network_transport'].join(', ');
  const link = {
    title: 'This service',
    url: `/d/${UID}?\${__url_time_range}&var-datasource=\${datasource}&var-service=\${__value.raw:percentencode}`,
  };
  const columns: Column[] = [
    { name: 'Service', label: `${end}_service`, link },
    { name: 'Site', label: `${end}_site` },
    { name: 'Port', label: 'dst_port' },
    { name: 'Transport', label: 'network_transport' },
    {
      name: 'Last seen',
      expr: `max by (${labels}) (last_over_time(${SEEN}${matchers}[$__range])) * 1000`,
      unit: 'dateTimeFromNow',
    },
    { name: 'Opened', expr: `sum by (${labels}) (${sum(OPENED, matchers, '$__range')})`, unit: 'short' },
    { name: 'Failed', expr: `sum by (${labels}) (${sum(FAILED, matchers, '$__range')})`, unit: 'short' },
  ];
  return table({ title, description, width: 12, height: 10 }, columns);
}

const PANELS: readonly Panel[] = [
  neighbours('What depends on it', 'Who asked $service for connections.', 'src', ASKED),
  neighbours('What it depends on', 'Whom $service asked for connections.', 'dst', ASKS),
  curves(
    { title: 'Connections opened to it', description: 'Each counted once, by who asked.', width: 12 },
    [{ legend: '{{src_service}}', expr: `sum by (src_service) (${sum(OPENED, ASKED, '$__interval')})` }],
    { bars: true },
  ),
  curves(
    { title: 'Connections it opened', description: 'Each counted once, by who was asked.', width: 12 },
    [{ legend: '{{dst_service}}', expr: `sum by (dst_service) (${sum(OPENED, ASKS, '$__interval')})` }],
    { bars: true },
  ),
  curves(
    { title: 'Failed to reach it', description: 'Connections never established, by the reason.', width: 12 },
    [
      {
        legend: '{{src_service}}: {{error_type}}',
        expr: `sum by (src_service, error_type) (${sum(FAILED, ASKED, '$__interval')})`,
      },
    ],
    { bars: true },
  ),
  curves(
    { title: 'It failed to reach', description: 'Connections never established, by the reason.', width: 12 },
    [
      {
        legend: '{{dst_service}}: {{error_type}}',
        expr: `sum by (dst_service, error_type) (${sum(FAILED, ASKS, '$__interval')})`,
      },
    ],
    { bars: true },
  ),
  curves({ title: 'Connections open', description: 'At each end of the service.', width: 12 }, [
    { legend: 'from {{src_service}}', expr: `sum by (src_service) (${OPEN}${ASKED})` },
    { legend: 'to {{dst_service}}', expr: `sum by (dst_service) (${OPEN}${ASKS})` },
  ]),
  curves(
    {
      title: 'Time to establish',
      description:
        'Of the connections that it asked for, as its hosts saw it. Only a capture in the kernel measures it.',
      width: 12,
    },
    [0.5, 0.95, 0.99].map((share) => ({
      legend: `${share * 100} %`,
      expr: `histogram_quantile(${share}, sum by (le) (rate(${prometheusName(setup)}_bucket${OWN_ASKING}[$__rate_interval])))`,
    })),
    { unit: 's' },
  ),
  curves(
    {
      title: 'Round trip',
      description: 'Smoothed round-trip time, the mean over its open connections.',
      width: 8,
    },
    [
      { legend: 'to what it depends on', expr: `avg(${prometheusName(rtt)}${OWN_ASKING})` },
      { legend: 'to what depends on it', expr: `avg(${prometheusName(rtt)}${OWN_ASKED})` },
    ],
    { unit: 's' },
  ),
  curves(
    {
      title: 'Bytes',
      description: 'Of payload, at its own sockets. A rate leaves out what a dependency begins with.',
      width: 8,
    },
    [
      {
        legend: '{{network_io_direction}}',
        expr: `sum by (network_io_direction) (rate(${prometheusName(io)}${OWN_ASKING}[$__rate_interval]) or rate(${prometheusName(io)}${OWN_ASKED}[$__rate_interval]))`,
      },
    ],
    { unit: 'binBps' },
  ),
  curves(
    { title: 'Sent again', description: 'TCP segments that it had to send again, each second.', width: 8 },
    [
      {
        legend: 'to what it depends on',
        expr: `sum(rate(${prometheusName(retransmits)}${OWN_ASKING}[$__rate_interval]))`,
      },
      {
        legend: 'to what depends on it',
        expr: `sum(rate(${prometheusName(retransmits)}${OWN_ASKED}[$__rate_interval]))`,
      },
    ],
  ),
];

/** Every name at either end of an edge. */
const SERVICES = ['src_service', 'dst_service']
  .map(
    (end) =>
      `label_replace(group by (${end}) (last_over_time(${SEEN}[$__range])), "service", "$1", "${end}", "(.+)")`,
  )
  .join(' or ');

/** The text of `dashboards/one-service.json`. */
export const oneService = () =>
  dashboardJson({
    uid: UID,
    title: 'One service',
    description: 'What depends on a service, what it depends on, and how its connections fare.',
    variables: [
      {
        name: 'service',
        label: 'Service',
        query: `query_result(group by (service) (${SERVICES}))`,
        regex: '/service="(.*)"}/',
      },
    ],
    panels: PANELS,
  });
