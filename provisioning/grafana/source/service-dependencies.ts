// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax of Grafana variables.
import { RECORDED } from '@musubi/contract/recorded-series';
import { HALF_EDGE_LAST_SEEN } from '../../prometheus/source/half-edges.ts';
import { dashboardJson, type Panel } from './dashboard.ts';
import { graphTargets, listening, tableTarget } from './graph-queries.ts';
import { recordedIn } from './settled.ts';

const GRAPH: Panel = {
  type: 'musubi-dependencies-panel',
  title: 'Dependencies',
  description:
    'Left depends on right: an arrow points from the client to the server. Hover over an edge for its endpoints, click to keep the details open.',
  width: 24,
  height: 20,
  fieldConfig: {
    defaults: {},
    overrides: [
      {
        matcher: { id: 'byRegexp', options: '^(src|dst)_service$' },
        properties: [
          {
            id: 'links',
            value: [
              {
                title: 'One service: ${__value.raw}',
                url: '/d/musubi-one-service?${__url_time_range}&var-datasource=${datasource}&var-service=${__value.raw:percentencode}',
              },
            ],
          },
        ],
      },
      {
        matcher: { id: 'byFrameRefID', options: 'io' },
        properties: [{ id: 'unit', value: 'bytes' }],
      },
    ],
  },
  options: {
    edgeLabel: 'bytes',
    nodeText: 'host',
    around: { service: '$service', host: '$host', site: '$site', way: '$direction' },
  },
  targets: graphTargets(),
};

const organize = (hidden: readonly string[]) => ({
  id: 'organize',
  options: {
    excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
    includeByName: {},
    indexByName: {},
    renameByName: {},
  },
});

const HALF_EDGES: Panel = {
  type: 'table',
  title: 'Half-edges',
  description: 'Dependencies as each host reports them. The value is the time of the last use.',
  width: 16,
  height: 10,
  fieldConfig: {
    defaults: { custom: { filterable: true } },
    overrides: [
      {
        matcher: { id: 'byName', options: 'Value' },
        properties: [
          { id: 'unit', value: 'dateTimeFromNow' },
          { id: 'displayName', value: 'last seen' },
        ],
      },
    ],
  },
  options: { showHeader: true, cellHeight: 'sm', sortBy: [{ displayName: 'last seen', desc: true }] },
  transformations: [organize(['Time'])],
  targets: [
    tableTarget(
      'lastSeen',
      `(max_over_time(${recordedIn(HALF_EDGE_LAST_SEEN, '$__range')}) >= $__from / 1000) * 1000`,
    ),
  ],
};

const LISTENERS: Panel = {
  type: 'table',
  title: 'Listeners',
  description: 'Services with the addresses and ports on which they listen.',
  width: 8,
  height: 10,
  fieldConfig: { defaults: { custom: { filterable: true } }, overrides: [] },
  options: { showHeader: true, cellHeight: 'sm' },
  transformations: [organize(['Time', 'Value'])],
  targets: [tableTarget('listen', listening())],
};

/** A variable with the values that a label of either endpoint has in the range. */
function endpointVariable(name: string, label: string) {
  const values = ['src', 'dst'].map(
    (end) =>
      `label_replace(group by (${end}_${name}) (last_over_time(${RECORDED.edgeLastSeen}{${end}_${name}!=""}[$__range])), "${name}", "$1", "${end}_${name}", "(.+)")`,
  );
  return {
    name,
    label,
    query: `query_result(group by (${name}) (${values.join(' or ')}))`,
    regex: `/${name}="(.*)"}/`,
    multi: true,
  };
}

/** The text of `dashboards/service-dependencies.json`. */
export const serviceDependencies = () =>
  dashboardJson({
    uid: 'musubi-service-dependencies',
    title: 'Service dependencies',
    description: 'The dependencies between services that Musubi exporters observed in the time range.',
    variables: [
      endpointVariable('site', 'Site'),
      endpointVariable('host', 'Host'),
      endpointVariable('service', 'Service'),
      { name: 'direction', label: 'Direction', values: ['both', 'up', 'down'] },
    ],
    panels: [GRAPH, HALF_EDGES, LISTENERS],
  });
