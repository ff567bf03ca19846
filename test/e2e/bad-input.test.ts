import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onFileEnd } from '../harness/cleanup.ts';
import { freePort } from '../harness/free-port.ts';
import { MUSUBI, NODE, ROOT } from '../harness/places.ts';
import { run, start } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'musubi-config-'));
onFileEnd(() => rmSync(folder, { recursive: true }));

function config(text: string): string {
  const path = join(folder, 'musubi.yaml');
  writeFileSync(path, text);
  return path;
}

const musubi = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run([NODE, MUSUBI, ...args], { env: { ...process.env, ...env } });

describe('wrong usage ends with exit code 2 and a message that names the error:', () => {
  it.each([
    ['an unknown command', ['snapshoot'], '"snapshoot"'],
    ['no command', [], 'missing command'],
    ['an unknown flag', ['agent', '--intervall', '5s'], '--intervall'],
    ['a flag without its value', ['agent', '--interval'], '--interval'],
    ['a stray word', ['agent', 'now'], 'now'],
    ['an invalid duration', ['agent', '--interval', '5 parsecs'], '--interval: "5 parsecs"'],
    ['an unknown word in a list', ['agent', '--capture', 'pcap'], '--capture: "pcap"'],
    [
      'an invalid address',
      ['agent', '--web.listen-address', 'localhost'],
      '--web.listen-address: "localhost"',
    ],
    ['an invalid URL', ['agent', '--otlp-endpoint', 'ftp://x'], '--otlp-endpoint: "ftp://x"'],
    ['an invalid duration of a snapshot', ['snapshot', '--duration', '-1s'], '--duration'],
  ])('%s', async (_title, args, named) => {
    const { code, stderr, stdout } = await musubi(args);
    expect(stderr).toContain(named);
    expect(stderr).toContain('--help');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    ['MUSUBI_INTERVAL', 'soon'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '10s'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'carrier-pigeon'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'no url at all'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'host.name'],
  ])('%s=%s', async (name, value) => {
    const { code, stderr } = await musubi(['agent'], { [name]: value });
    expect(stderr).toContain(name);
    expect(stderr).toContain(value);
    expect(code).toBe(2);
  });

  it.each([
    ['an unknown key', 'interval: 2s\nintervall: 5s\n', /musubi\.yaml:2.*"intervall"/],
    ['a reference to another file', 'config: other.yaml\n', /musubi\.yaml:1.*"config"/],
    ['a command-line switch', 'help: true\n', /musubi\.yaml:1.*"help"/],
    ['an invalid value', 'interval: 2s\ncapture: pcap\n', /musubi\.yaml:2: .*capture: "pcap"/],
    ['a list for a single value', 'interval: [1s, 2s]\n', /musubi\.yaml:1: interval/],
    ['a key given twice', 'interval: 1s\ninterval: 2s\n', /musubi\.yaml:2.*unique/],
    ['invalid YAML', 'interval: "1s\n', /musubi\.yaml:\d+: /],
    ['a list as its root', '- interval\n', /musubi\.yaml: not a YAML mapping/],
  ])('%s in the configuration file', async (_title, text, named) => {
    const { code, stderr } = await musubi(['agent', '--config', config(text)]);
    expect(stderr).toMatch(named);
    expect(code).toBe(2);
  });

  it('a missing configuration file', async () => {
    const { code, stderr } = await musubi(['agent', '--config', `${folder}/none.yaml`]);
    expect(stderr).toContain(`${folder}/none.yaml`);
    expect(code).toBe(2);
  });
});

describe('a failed command ends with exit code 1 and a message that names the cause:', () => {
  it('a port in use', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const { code, stderr } = await musubi(['agent', '--web.listen-address', `127.0.0.1:${port}`]);
    other.close();
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain('address already in use');
    expect(code).toBe(1);
  });

  it('a missing proc file system', async () => {
    const { code, stderr } = await musubi(['snapshot', '--proc-root', folder]);
    expect(stderr).toContain(folder);
    expect(code).toBe(1);
  });
});

it('an OTLP endpoint unreachable at the start is logged once, and the agent continues', async () => {
  const [otlp, listen] = [await freePort(), await freePort()];
  const agent = start(
    [NODE, MUSUBI, 'agent', '--interval', '100ms', '--web.listen-address', `127.0.0.1:${listen}`],
    {
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlp}`,
        OTEL_METRIC_EXPORT_INTERVAL: '200',
      },
    },
  );
  const failed = await waitFor(
    async () => {
      const page = await (await fetch(`http://127.0.0.1:${listen}/metrics`)).text();
      const value = parseSeries(page, 'musubi_otlp_batches_failed_total')[0]?.value ?? 0;
      return value >= 3 ? value : undefined;
    },
    () => `three failed pushes: ${agent.stderr()}`,
  );
  expect(failed).toBeGreaterThanOrEqual(3);
  expect(agent.stderr().match(/the OTLP endpoint is unreachable/g)).toHaveLength(1);
  expect(await agent.stop()).toBe(0);
});

it('without access to the processes of other users, edges have no process and one warning is logged', async () => {
  const UNPRIVILEGED = 65534;
  const port = await freePort();
  const [listen, metrics] = [`127.0.0.1:${port}`, await freePort()];
  const agent = start(
    [NODE, MUSUBI, 'agent', '--interval', '100ms', '--web.listen-address', `127.0.0.1:${metrics}`],
    { uid: UNPRIVILEGED },
  );
  const page = () => fetch(`http://127.0.0.1:${metrics}/metrics`).then((response) => response.text());
  await waitFor(page, () => `the agent: ${agent.stderr()}`);
  const api = start([NODE, `${ROOT}/test/workloads/api.mjs`, '127.0.0.1', `${port}`]);
  await api.waitForOutput('listening');
  const web = start([NODE, `${ROOT}/test/workloads/web.mjs`, '127.0.0.1', `${port}`]);
  web.writeLine('connect 1');
  await web.waitForOutput('connected 1');

  const edges = await waitFor(async () => {
    const series = parseSeries(await page(), 'service_dependency_active_connections');
    const ours = series.filter(({ labels }) => labels.dst_port === `${port}`);
    return ours.length === 2 ? ours : undefined;
  }, `the edge to ${listen}`);
  for (const { labels } of edges) {
    expect(Object.keys(labels)).not.toContain('src_pid');
    expect(Object.keys(labels)).not.toContain('dst_process');
  }
  expect(new Set(edges.map(({ labels }) => labels.direction))).toEqual(new Set(['outbound', 'inbound']));
  expect(agent.stderr().match(/some processes cannot be inspected/g)).toHaveLength(1);
});
