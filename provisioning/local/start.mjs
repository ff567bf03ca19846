/**
 * `npm start`: sets up what is missing and runs the main job on this machine – the exporter on its own sockets,
 * a Prometheus that scrapes it, the page that draws the graph – until Ctrl-C.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBpfTools } from './bpf-tools.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureUnpacked } from './debian.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { BIN, ROOT, STATE } from './places.mjs';
import { must } from './run.mjs';
import { runMain, SetupError, say } from './say.mjs';
import { portTrouble, startService, untilAnswers } from './service.mjs';
import { Stopped, stop } from './stop.mjs';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 9462;
const HELP = `Usage: npm start [-- --port N]

Sets up what is missing, then runs the exporter on this machine's sockets, a Prometheus that
scrapes it and the page that draws the graph, all on ${HOST}, until Ctrl-C.

  --port N   port of the page (default ${DEFAULT_PORT}); Prometheus takes N+1, the exporter N+2
`;

await runMain(async () => {
  const options = parseOptions();
  if (options.help) {
    say(HELP);
    return 0;
  }
  if (process.platform !== 'linux')
    throw new SetupError('Musubi reads Linux sockets: it runs on Linux only.');
  const ports = { page: options.port, Prometheus: options.port + 1, exporter: options.port + 2 };
  await demandPorts(ports);
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
      throw new Error(`--port: ${JSON.stringify(values.port)} is no port from 1 to 65533`);
    }
    return { port, help: values.help === true };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

/** @typedef {{ page: number, Prometheus: number, exporter: number }} Ports */

/** @param {Ports} ports */
async function demandPorts(ports) {
  for (const [name, port] of Object.entries(ports)) {
    const trouble = await portTrouble(port);
    if (!trouble) continue;
    throw new SetupError(
      `port ${port} (${name}) ${trouble}. Choose others: npm start -- --port ${await freePort()}`,
    );
  }
}

/** A port that is free with the two after it. */
async function freePort() {
  let port = DEFAULT_PORT;
  while ((await Promise.all([port, port + 1, port + 2].map(portTrouble))).some(Boolean)) port += 10;
  return port;
}

/** @param {Ports} ports */
async function mainJob(ports) {
  const prometheus = await ensureUnpacked('prometheus', 'prometheus');
  await ensureBpfTools();
  await ensureBuilt();
  // Two starts in one folder run side by side, and two Prometheus would spoil each other's data.
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
    await untilAnswers(`http://${HOST}:${ports.exporter}/metrics`, exporter);
    await untilAnswers(`http://${HOST}:${ports.Prometheus}/-/ready`, store);

    // Imported here: before the set-up there may be nothing to import.
    const { createPageServer } = await import('../../grafana-plugin/standalone/server.mjs');
    const page = await createPageServer({
      prometheusUrl: `http://${HOST}:${ports.Prometheus}`,
      host: HOST,
      port: ports.page,
    });
    running.push({ stop: () => page.close() });

    say('\nDependencies of this machine, seen in 3 s:\n');
    await must(join(BIN, 'musubi'), ['snapshot', '--duration', '3s']);
    say(`\nGraph:      ${page.url}`);
    say(`Metrics:    http://${HOST}:${ports.exporter}/metrics`);
    say(`Prometheus: http://${HOST}:${ports.Prometheus}  (data in ${relative(ROOT, state)})`);
    say(`Ask it:     npx musubi look SERVICE --prometheus-url http://${HOST}:${ports.Prometheus}`);
    say('Ctrl-C stops everything.');
    throw await Promise.race([exporter.ended, store.ended, stopping()]);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await Promise.all(running.map((part) => part.stop()));
  }
  say('\nStopped.');
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
 * Writes Prometheus's configuration and gives the command that runs it on loopback.
 * @param {string} binary
 * @param {Ports} ports
 * @param {string} state the folder for what it keeps
 * @returns {Promise<[string, ...string[]]>}
 */
async function prometheusCommand(binary, ports, state) {
  const config = join(state, 'prometheus.json');
  const target = { targets: [`${HOST}:${ports.exporter}`], labels: { instance: hostname() } };
  // JSON is YAML, and needs no care for what a host name may hold.
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

/** @returns {Promise<Stopped>} once this program is to stop */
function stopping() {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(stop.reason);
    else stop.addEventListener('abort', () => resolve(stop.reason));
  });
}
