/** The provisioned dashboards on a real Prometheus: each query is valid, and returns data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, EDGE_METRICS, LISTEN_METRICS } from '@musubi/contract/catalogue';
import { prometheusLabel, seriesNames } from '@musubi/contract/prometheus-name';
import { RECORDED } from '@musubi/contract/recorded-series';
import { beforeAll, describe, expect, test } from 'vitest';
import { interpolate } from '../../grafana-plugin/standalone/src/interpolate.ts';
import { ROOT } from '../harness/places.ts';
import { type Prometheus, type Series, startPrometheus } from '../harness/prometheus.ts';

interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string; readonly regex: string }[];
  };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  }[];
}

const FOLDER = join(ROOT, 'provisioning/grafana/dashboards');
const read = (file: string): Dashboard => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

const NOW = Math.floor(Date.now() / 1000);
/** The end of the alert of Prometheus, and the start of that of Grafana. */
const [ENDED, BEGUN] = [NOW - 1200, NOW - 600];
/** Rules record the time a minute before. */
const RECORDED_UNTIL = NOW - 60;
const RANGE = { from: (NOW - 1800) * 1000, to: NOW * 1000 };
/** The values chosen for the variables, and Grafana's intervals for an hour. */
const CHOSEN: Readonly<Record<string, string>> = {
  service: 'api',
  host: 'web-1',
  __interval: '60s',
  __rate_interval: '60s',
};
const fill = (expr: string) =>
  interpolate(
    expr.replaceAll(/\$(\w+)/g, (whole, name: string) => CHOSEN[name] ?? whole),
    RANGE,
  );

let prometheus: Prometheus;
/** The same, but each exporter is scraped by two jobs. */
let twice: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus([], { history: history([{ job: 'musubi', instance: 'web-1' }]) });
  twice = await startPrometheus([], {
    history: history([
      { job: 'musubi', instance: 'web-1' },
      { job: 'pushed', instance: '0f3c' },
    ]),
  });
});

/** The values of each variable in the history below. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  service: ['api', 'db'],
  host: ['h1', 'h2'],
  site: ['osaka', 'tokyo'],
};

describe.each(files)('%s', (file) => {
  const { panels, templating } = read(file);

  test('every query is valid, and returns data', async () => {
    for (const { title, targets } of panels) {
      for (const { refId, expr } of targets) {
        const rows = await prometheus.query(fill(expr), RECORDED_UNTIL);
        // Some queries of the graph need not return data: alerts, expected dependencies.
        if (file !== 'service-dependencies.json') expect(rows, `${title}, ${refId}: ${expr}`).not.toEqual([]);
        for (const { value } of rows) expect(value, `${title}, ${refId}`).not.toBeNaN();
      }
    }
  });

  test('no value changes if each exporter is scraped by two jobs', async () => {
    const order = (rows: Awaited<ReturnType<Prometheus['query']>>) =>
      rows.map((row) => JSON.stringify(row)).sort();
    for (const { title, targets } of panels) {
      for (const { refId, expr } of targets) {
        const [once, again] = await Promise.all(
          [prometheus, twice].map(async (store) => order(await store.query(fill(expr), RECORDED_UNTIL))),
        );
        expect(again, `${title}, ${refId}: ${expr}`).toEqual(once);
      }
    }
  });

  test('its variables have their values', async () => {
    const queries = templating.list.flatMap(({ name, definition, regex }) => {
      const [, query] = /^query_result\((.*)\)$/.exec(definition ?? '') ?? [];
      return query ? [{ name, query, regex }] : [];
    });
    for (const { name, query, regex } of queries) {
      const rows = await prometheus.query(fill(query), NOW);
      const values = rows.map(({ metric }) => new RegExp(regex.slice(1, -1)).exec(asText(metric))?.[1]);
      expect(values.sort(), name).toEqual(VALUES[name]);
    }
  });
});

test("the graph's query returns the alerts that fire at the end of the range, and those that ended within it", async () => {
  const [graph] = read('service-dependencies.json').panels;
  const query = graph?.targets.find(({ refId }) => refId === 'alerts')?.expr ?? '';
  const at = async (time: number) => {
    const range = { from: (time - 1800) * 1000, to: time * 1000 };
    const rows = await prometheus.query(interpolate(query, range), time);
    return rows.map(({ metric, value }) => `${metric.alertname} ${value}`).sort();
  };
  expect(await at(NOW)).toEqual(['DependencyFailing 1', 'DependencyVanished 0']);
  // During the alert of Prometheus, and before that of Grafana.
  expect(await at(ENDED - 60)).toEqual(['DependencyVanished 1']);
  expect(await at(ENDED - 3000)).toEqual([]);
});

/** A row in the form that Grafana matches with the regular expression of a variable. */
const asText = (metric: Series) =>
  `{${Object.entries(metric)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}} 1 1`;

/** OpenMetrics text: the series of Musubi and of the rules, for the last hour. */
function history(targets: readonly Series[]): string {
  const edge = { src_service: 'api', dst_service: 'db', dst_port: '5432', network_transport: 'tcp' };
  const locations = { src_host: 'h1', dst_host: 'h2', src_site: 'tokyo', dst_site: 'osaka' };
  const series: Series[] = [
    { __name__: 'up' },
    { __name__: RECORDED.hostLastReport, host: 'web-1' },
    { __name__: 'target_info', host_name: 'web-1' },
    { __name__: RECORDED.evaluationTimestamp },
    // `api → api`: a service that calls itself is both client and server.
    ...['db', 'api'].flatMap((dst_service) =>
      [
        'last_seen_seconds',
        'active_connections',
        'connections_opened:increase',
        'connections_failed:increase',
      ].map((name) => ({
        __name__: `musubi:service_edge:${name}`,
        ...edge,
        dst_service,
        ...(name.includes('failed') && { error_type: 'refused' }),
      })),
    ),
    ...[
      RECORDED.edgeLastSeen,
      RECORDED.edgeActiveConnections,
      RECORDED.edgeConnectionsOpened,
      RECORDED.edgeConnectionsFailed,
    ].map((__name__) => ({
      __name__,
      ...edge,
      ...locations,
      ...(__name__ === RECORDED.edgeLastSeen && { observer: 'both' }),
      ...(__name__ === RECORDED.edgeConnectionsFailed && { error_type: 'refused' }),
    })),
    ...['outbound', 'inbound'].flatMap((direction) =>
      Object.values({ ...EDGE_METRICS, ...LISTEN_METRICS })
        .flatMap(seriesOf)
        .map((labels) => ({
          ...edge,
          ...locations,
          dst_service: direction === 'inbound' ? 'api' : 'db',
          ...labels,
          direction,
        })),
    ),
    ...CATALOGUE.filter(({ name }) => name.startsWith('musubi.')).flatMap(seriesOf),
  ];
  const scraped = series.flatMap((labels) =>
    labels.__name__?.startsWith('musubi:') ? [labels] : targets.map((target) => ({ ...target, ...labels })),
  );
  const lines = scraped.flatMap(({ __name__, ...labels }) => {
    const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return Array.from({ length: 121 }, (_, at) => {
      const time = NOW - (120 - at) * 30;
      return `${__name__}{${text.join(',')}} ${__name__?.includes('last_seen') ? time : at} ${time}`;
    });
  });
  const alert = (labels: Series, from: number, to: number) => {
    const text = Object.entries({ ...edge, alertstate: 'firing', severity: 'warning', ...labels })
      .filter(([name]) => name !== '__name__')
      .map(([name, value]) => `${name}="${value}"`);
    return Array.from(
      { length: (to - from) / 30 },
      (_, at) => `${labels.__name__}{${text}} 1 ${from + at * 30}`,
    );
  };
  const alerts = [
    ...alert({ __name__: 'ALERTS', alertname: 'DependencyVanished' }, ENDED - 600, ENDED),
    // The host changes; it is still one alert.
    ...alert(
      { __name__: 'ALERTS', alertname: 'DependencyVanished', src_host: 'b' },
      ENDED - 900,
      ENDED - 600,
    ),
    ...alert({ __name__: 'ALERTS', alertname: 'Watchdog', dst_service: '' }, ENDED - 600, NOW),
    ...alert(
      { __name__: 'GRAFANA_ALERTS', alertname: 'DependencyFailing', grafana_alertstate: 'Alerting' },
      BEGUN,
      NOW,
    ),
  ];
  return `${[...lines, ...alerts].join('\n')}\n# EOF\n`;
}

/** The series of a metric, with a value for each of its attributes and two buckets for a histogram. */
function seriesOf(definition: (typeof CATALOGUE)[number]): Series[] {
  const attributes = Object.fromEntries(definition.attributes.map((name) => [prometheusLabel(name), 'some']));
  return seriesNames(definition).flatMap((__name__) => {
    const series = { __name__, ...attributes };
    return __name__.endsWith('_bucket') ? ['1', '+Inf'].map((le) => ({ ...series, le })) : [series];
  });
}
