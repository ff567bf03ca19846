import { EDGE_METRICS } from '@musubi/contract/catalogue';
import { HARMFUL } from '@musubi/contract/failing';
import { prometheusName } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { dashboardJson, type Panel } from './dashboard.ts';
import { oncePerHalfEdge } from './once.ts';
import { type Column, table, timeSeries } from './panels.ts';
import { recordedAt, recordedIn } from './settled.ts';

const UID = 'musubi-one-service';

/** Series of `rules/musubi-edges.yaml`, with the names of both endpoints. */
const SEEN = RECORDED.serviceEdgeLastSeen;
const OPEN = RECORDED.activeConnections;
const OPENED = RECORDED.connectionsOpened;
const FAILED = RECORDED.connectionsFailed;

const AS_DESTINATION = '{dst_service="$service"}';
const AS_SOURCE = '{src_service="$service"}';

/** Half-edges of the service's own sockets, for metrics that the recording rules do not aggregate. */
const OWN_AS_SOURCE = '{direction="outbound", src_service="$service"}';
// If the direction is unknown, the reporting process is the destination.
const OWN_AS_DESTINATION = '{direction=~"inbound|unknown", dst_service="$service"}';
const { io, rtt, retransmits, setup } = EDGE_METRICS;

/** A recorded count over a range. */
const sum = (series: string, matchers: string, over: string) =>
  `sum_over_time(${recordedIn(`${series}${matchers}`, over)})`;

/** Of the attempts that were not established, those that were failures. */
const failedOf = (matchers: string) => matchers.replace('}', `, ${HARMFUL}}`);

/** The neighbours of a service on one side. */
function neighbours(title: string, description: string, end: 'src' | 'dst', matchers: string): Panel {
  const labels = [`${end}_service`, `${end}_site`, 'dst_port', 'network_transport'].join(', ');
  const seen = `last_over_time(${recordedIn(`${SEEN}${matchers}`, '$__range')})`;
  // Connections that cannot be attributed are counted under an address, without an edge.
  const ofSeen = (counts: string) => `sum by (${labels}) (${counts}) and on (${labels}) ${seen}`;
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
      expr: `max by (${labels}) (${seen}) * 1000`,
      unit: 'dateTimeFromNow',
    },
    { name: 'Opened', expr: ofSeen(sum(OPENED, matchers, '$__range')), unit: 'short' },
    {
      name: 'Failed',
      expr: ofSeen(sum(FAILED, failedOf(matchers), '$__range')),
      unit: 'short',
    },
  ];
  return table({ title, description, width: 12, height: 10 }, columns);
}

const PANELS: readonly Panel[] = [
  neighbours('What depends on it', 'Services that connected to $service.', 'src', AS_DESTINATION),
  neighbours('What it depends on', 'Services that $service connected to.', 'dst', AS_SOURCE),
  timeSeries(
    { title: 'Connections opened to it', description: 'Each counted once, by source.', width: 12 },
    [
      {
        legend: '{{src_service}}',
        expr: `sum by (src_service) (${sum(OPENED, AS_DESTINATION, '$__interval')})`,
      },
    ],
    { bars: true },
  ),
  timeSeries(
    { title: 'Connections it opened', description: 'Each counted once, by destination.', width: 12 },
    [{ legend: '{{dst_service}}', expr: `sum by (dst_service) (${sum(OPENED, AS_SOURCE, '$__interval')})` }],
    { bars: true },
  ),
  timeSeries(
    {
      title: 'Failed connections to it',
      description: 'Attempts that were never established, by reason.',
      width: 12,
    },
    [
      {
        legend: '{{src_service}}: {{error_type}}',
        expr: `sum by (src_service, error_type) (${sum(FAILED, AS_DESTINATION, '$__interval')})`,
      },
    ],
    { bars: true },
  ),
  timeSeries(
    {
      title: 'Its failed connections',
      description: 'Attempts that were never established, by reason.',
      width: 12,
    },
    [
      {
        legend: '{{dst_service}}: {{error_type}}',
        expr: `sum by (dst_service, error_type) (${sum(FAILED, AS_SOURCE, '$__interval')})`,
      },
    ],
    { bars: true },
  ),
  timeSeries({ title: 'Open connections', description: 'To and from the service.', width: 12 }, [
    {
      legend: 'from {{src_service}}',
      expr: `sum by (src_service) (${recordedAt(`${OPEN}${AS_DESTINATION}`)})`,
    },
    { legend: 'to {{dst_service}}', expr: `sum by (dst_service) (${recordedAt(`${OPEN}${AS_SOURCE}`)})` },
  ]),
  timeSeries(
    {
      title: 'Connection setup time',
      description:
        'From connect() to ESTABLISHED, of the connections that it opened. Measured by the capture ebpf only.',
      width: 12,
    },
    [0.5, 0.95, 0.99].map((share) => ({
      legend: `${share * 100} %`,
      expr: `histogram_quantile(${share}, sum by (le) (${oncePerHalfEdge(`rate(${prometheusName(setup)}_bucket${OWN_AS_SOURCE}[$__rate_interval])`, ['le'])}))`,
    })),
    { unit: 's' },
  ),
  timeSeries(
    {
      title: 'Round-trip time',
      description: 'Smoothed TCP round-trip time, averaged over its open connections.',
      width: 8,
    },
    [
      {
        legend: 'to what it depends on',
        expr: `avg(${oncePerHalfEdge(`${prometheusName(rtt)}${OWN_AS_SOURCE}`)})`,
      },
      {
        legend: 'to what depends on it',
        expr: `avg(${oncePerHalfEdge(`${prometheusName(rtt)}${OWN_AS_DESTINATION}`)})`,
      },
    ],
    { unit: 's' },
  ),
  timeSeries(
    {
      title: 'Bytes',
      description:
        'Payload per second, at its own sockets. The first sample of a new dependency is not counted.',
      width: 8,
    },
    [
      {
        legend: '{{network_io_direction}}',
        expr: `sum by (network_io_direction) (${oncePerHalfEdge(`rate(${prometheusName(io)}${OWN_AS_SOURCE}[$__rate_interval]) or rate(${prometheusName(io)}${OWN_AS_DESTINATION}[$__rate_interval])`, ['network_io_direction'])})`,
      },
    ],
    { unit: 'binBps' },
  ),
  timeSeries(
    { title: 'Retransmits', description: 'TCP segments that it retransmitted, per second.', width: 8 },
    [
      {
        legend: 'to what it depends on',
        expr: `sum(${oncePerHalfEdge(`rate(${prometheusName(retransmits)}${OWN_AS_SOURCE}[$__rate_interval])`)})`,
      },
      {
        legend: 'to what depends on it',
        expr: `sum(${oncePerHalfEdge(`rate(${prometheusName(retransmits)}${OWN_AS_DESTINATION}[$__rate_interval])`)})`,
      },
    ],
  ),
];

/** The names of all endpoints. */
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
    description: 'What depends on a service, what it depends on, and the state of its connections.',
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
