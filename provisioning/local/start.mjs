/**
 * `npm start`: sets up what is missing and runs the main job on this machine – the exporter on its own sockets,
 * a Prometheus that scrapes it, the page that draws the graph – until Ctrl-C.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureUnpacked } from './debian.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { BIN, ENV, ROOT, STATE } from './places.mjs';
import { must } from './run.mjs';
import { runMain, SetupError, say } from './say.mjs';
import { isFree, startService, untilAnswers } from './service.mjs';

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
  await ensureNpmPackages();
  return (await continueUnderPinnedNode()) ?? (await mainJob(options.port));
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

/** @param {number} port of the page */
async function mainJob(port) {
  const ports = { page: port, Prometheus: port + 1, exporter: port + 2 };
  const prometheus = await ensureUnpacked('prometheus', 'prometheus');
  await ensureBuilt();
  for (const [name, wanted] of Object.entries(ports)) {
    if (!(await isFree(wanted))) {
      throw new SetupError(
        `port ${wanted} (${name}) is taken. Choose others: npm start -- --port ${port + 1000}`,
      );
    }
  }

  const stop = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => stop.abort());
  /** @type {{ stop(): Promise<unknown> }[]} */
  const running = [];
  try {
    await mkdir(STATE, { recursive: true });
    const exporter = startService(
      'the exporter',
      exporterCommand(ports.exporter),
      join(STATE, 'exporter.log'),
    );
    running.push(exporter);
    const store = startService(
      'Prometheus',
      await prometheusCommand(prometheus, ports),
      join(STATE, 'prometheus.log'),
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

    if (!stop.signal.aborted) {
      say('\nDependencies of this machine, seen in 3 s:\n');
      await must(join(BIN, 'musubi'), ['snapshot', '--duration', '3s'], { env: ENV });
      say(`\nGraph:      ${page.url}`);
      say(`Metrics:    http://${HOST}:${ports.exporter}/metrics`);
      say(`Prometheus: http://${HOST}:${ports.Prometheus}  (data in .musubi/prometheus)`);
      say('Ctrl-C stops everything.');
    }
    const ended = await Promise.race([exporter.ended, store.ended, aborted(stop.signal)]);
    if (ended) throw ended;
    return 0;
  } finally {
    await Promise.all(running.map((part) => part.stop()));
    if (stop.signal.aborted) say('\nStopped.');
  }
}

/**
 * @param {number} port
 * @returns {[string, ...string[]]}
 */
function exporterCommand(port) {
  const agent = [join(ROOT, 'exporter/bin/musubi.mjs'), 'agent'];
  return [join(BIN, 'node'), ...agent, '--interval', '1s', '--prometheus-listen', `${HOST}:${port}`];
}

/**
 * Writes Prometheus's configuration and gives the command that runs it on loopback.
 * @param {string} binary
 * @param {{ Prometheus: number, exporter: number }} ports
 * @returns {Promise<[string, ...string[]]>}
 */
async function prometheusCommand(binary, ports) {
  const config = join(STATE, 'prometheus.json');
  const target = { targets: [`${HOST}:${ports.exporter}`], labels: { instance: hostname() } };
  // JSON is YAML, and needs no care for what a host name may hold.
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s' },
      scrape_configs: [{ job_name: 'musubi', static_configs: [target] }],
    }),
  );
  return [
    binary,
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(STATE, 'prometheus')}`,
    `--web.listen-address=${HOST}:${ports.Prometheus}`,
  ];
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<undefined>}
 */
function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined));
  });
}
