/**
 * `npm start`: installs what is missing, then runs until Ctrl-C: the exporter on this machine, a Prometheus that scrapes it
 * and a page with the graph.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBpfTools } from './bpf-tools.mjs';
import { ensureBuilt } from './build.mjs';
import { print, runMain, SetupError } from './console.mjs';
import { ensureUnpacked } from './debian.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { BIN, ROOT, STATE } from './paths.mjs';
import { must } from './run.mjs';
import { portProblem, startService, untilReady } from './service.mjs';
import { Stopped, stop } from './stop.mjs';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 9462;
const HELP = `Usage: npm start [-- --port N]

Installs what is missing, then runs the exporter on this machine, a Prometheus that scrapes it
and a page with the graph, all on ${HOST}, until Ctrl-C.

  --port N   port of the page (default ${DEFAULT_PORT}); Prometheus uses N+1, the exporter N+2
`;

await runMain(async () => {
  const options = parseOptions();
  if (options.help) {
    print(HELP);
    return 0;
  }
  if (process.platform !== 'linux')
    throw new SetupError('Musubi reads Linux sockets: it only runs on Linux.');
  const ports = { page: options.port, Prometheus: options.port + 1, exporter: options.port + 2 };
  await requirePorts(ports);
  await ensureNpmPackages();
  return (await continueUnderPinnedNode()) ?? (await mainJob(ports));
});

function parseOptions() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65533) {
      throw new Error(
        `invalid value for --port: ${JSON.stringify(values.port)} (expected a port from 1 to 65533)`,
      );
    }
    return { port, help: values.help === true };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

/** @typedef {{ page: number, Prometheus: number, exporter: number }} Ports */

/** @param {Ports} ports */
async function requirePorts(ports) {
  for (const [name, port] of Object.entries(ports)) {
    const problem = await portProblem(port);
    if (!problem) continue;
    throw new SetupError(
      `port ${port} (${name}) ${problem}. Use other ports: npm start -- --port ${await freePort()}`,
    );
  }
}

/** The first of three free ports in a row. */
async function freePort() {
  let port = DEFAULT_PORT;
  while ((await Promise.all([port, port + 1, port + 2].map(portProblem))).some(Boolean)) port += 10;
  return port;
}

/** @param {Ports} ports */
async function mainJob(ports) {
  const prometheus = await ensureUnpacked('prometheus', 'prometheus');
  await ensureBpfTools();
  await ensureBuilt();
  // By port: several instances can run from one checkout, but two Prometheus cannot share a data folder.
  const state = join(STATE, `${ports.page}`);
  /** @type {{ stop(): Promise<unknown> }[]} */
  const running = [];
  try {
    await mkdir(state, { recursive: true });
    const exporter = startService(
      'the exporter',
      exporterCommand(ports.exporter),
      join(state, 'exporter.log'),
    );
    running.push(exporter);
    const store = startService(
      'Prometheus',
      await prometheusCommand(prometheus, ports, state),
      join(state, 'prometheus.log'),
    );
    running.push(store);
    await untilReady(`http://${HOST}:${ports.exporter}/metrics`, exporter);
    await untilReady(`http://${HOST}:${ports.Prometheus}/-/ready`, store);

    // Imported here: before the set-up, its packages may be missing.
    const { createPageServer } = await import('../../grafana-plugin/standalone/server.mjs');
    const page = await createPageServer({
      prometheusUrl: `http://${HOST}:${ports.Prometheus}`,
      host: HOST,
      port: ports.page,
    });
    running.push({ stop: () => page.close() });

    print('\nDependencies of this machine, observed for 3 s:\n');
    await must(join(BIN, 'musubi'), ['snapshot', '--duration', '3s']);
    print(`\nGraph:      ${page.url}  (a dependency appears one or two minutes after its use)`);
    print(`Metrics:    http://${HOST}:${ports.exporter}/metrics`);
    print(`Prometheus: http://${HOST}:${ports.Prometheus}  (data in ${relative(ROOT, state)})`);
    print(`Query:      npx musubi look SERVICE --prometheus-url http://${HOST}:${ports.Prometheus}`);
    print('Ctrl-C stops everything.');
    throw await Promise.race([exporter.ended, store.ended, stopping()]);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await Promise.all(running.map((part) => part.stop()));
  }
  print('\nStopped.');
  return 0;
}

/**
 * @param {number} port
 * @returns {[string, ...string[]]}
 */
function exporterCommand(port) {
  const agent = [join(ROOT, 'exporter/cli/bin/musubi.mjs'), 'agent'];
  return [join(BIN, 'node'), ...agent, '--interval', '1s', '--web.listen-address', `${HOST}:${port}`];
}

/**
 * Writes Prometheus's configuration and returns the command that runs it on loopback.
 * @param {string} binary
 * @param {Ports} ports
 * @param {string} state its state folder
 * @returns {Promise<[string, ...string[]]>}
 */
async function prometheusCommand(binary, ports, state) {
  const config = join(state, 'prometheus.json');
  const target = { targets: [`${HOST}:${ports.exporter}`], labels: { instance: hostname() } };
  // JSON is valid YAML, and escapes any host name.
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s' },
      rule_files: [join(ROOT, 'provisioning/prometheus/rules/*.yaml')],
      scrape_configs: [{ job_name: 'musubi', static_configs: [target] }],
    }),
  );
  return [
    binary,
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(state, 'data')}`,
    `--web.listen-address=${HOST}:${ports.Prometheus}`,
  ];
}

/** @returns {Promise<Stopped>} when this program has to stop */
function stopping() {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(stop.reason);
    else stop.addEventListener('abort', () => resolve(stop.reason));
  });
}
