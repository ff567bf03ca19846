/**
 * What the agent can do with each of root's capabilities: it runs as an unprivileged user with those that the systemd
 * unit grants, or with all but one of them.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findCgroupRoot } from '../../exporter/agent/capture/ebpf/cgroup-root.ts';
import { findBpfCompiler } from '../../exporter/agent/compile-bpf.mjs';
import type { Check } from '../../exporter/agent/doctor/examine-host.ts';
import { CANNOT_LOAD as cannot } from '../harness/captures.ts';
import { startAgent } from '../harness/exporter.ts';
import { startPair } from '../harness/pair.ts';
import { MUSUBI, NODE, ROOT } from '../harness/places.ts';
import { run } from '../harness/process.ts';
import { parseSeries } from '../harness/text-page.ts';
import { waitFor } from '../harness/wait-for.ts';

const UNPRIVILEGED = '65534';

/** What the systemd unit grants. */
const GRANTED =
  /^AmbientCapabilities=(.*)$/m
    .exec(readFileSync(join(ROOT, 'provisioning/systemd/musubi.service'), 'utf8'))?.[1]
    ?.split(' ') ?? [];

const without = (...names: readonly string[]) => GRANTED.filter((name) => !names.includes(name));

/** The command that runs `musubi` as an unprivileged user with some capabilities, unable to gain others. */
function unprivileged(capabilities: readonly string[], ...args: readonly string[]): [string, ...string[]] {
  const names = capabilities.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`);
  const set = ['-all', ...names].join();
  return [
    'setpriv',
    ...['--reuid', UNPRIVILEGED, '--regid', UNPRIVILEGED, '--clear-groups', '--no-new-privs'],
    ...['inh-caps', 'ambient-caps', 'bounding-set'].map((which) => `--${which}=${set}`),
    ...['--', NODE, MUSUBI, ...args],
  ];
}

/** Starts the agent as an unprivileged user and resolves once it is ready. */
async function startUnprivilegedAgent(capabilities: readonly string[]) {
  const listen = ['--web.listen-address', '127.0.0.1:0', '--interval', '200ms'];
  const { running, ...agent } = await startAgent(unprivileged(capabilities, 'agent', ...listen));
  return { ...agent, log: running.stderr() };
}

/** Service and process of each endpoint. */
const NAMES = { outbound: 'web/node', inbound: 'api/node' };

/** Connects one of root's processes to another; returns their names, each from its own half-edge. */
async function namesOfConnection({ metrics }: { metrics(): Promise<string> }) {
  const { web, port } = await startPair(3);
  web.writeLine('close');
  await web.waitForOutput('closed');
  return waitFor(async () => {
    const series = parseSeries(await metrics(), 'service_dependency_connection_opened_total');
    const ours = series.filter(({ labels, value }) => labels.dst_port === port && value === 3);
    const half = (direction: string) => ours.find(({ labels }) => labels.direction === direction)?.labels;
    const [source, destination] = [half('outbound'), half('inbound')];
    return source && destination
      ? {
          outbound: `${source.src_service}/${source.src_process}`,
          inbound: `${destination.dst_service}/${destination.dst_process}`,
        }
      : undefined;
  }, 'both endpoints of three connections');
}

/** A copy of the exporter, to be built in another folder. */
function cloneExporter(): string {
  const clone = mkdtempSync(join(tmpdir(), 'musubi-clone-'));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  cpSync(join(ROOT, 'exporter'), join(clone, 'exporter'), { recursive: true });
  mkdirSync(join(clone, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '@musubi') symlinkSync(join(ROOT, 'node_modules', name), join(clone, 'node_modules', name));
  // The workspaces must be those of the copy.
  symlinkSync(join(clone, 'exporter'), join(clone, 'node_modules/@musubi'));
  return clone;
}

async function examine(capabilities: readonly string[]): Promise<{ capture: string; checks: Check[] }> {
  return JSON.parse((await run(unprivileged(capabilities, 'doctor', '--json'))).stdout);
}

describe.skipIf(cannot)(`an agent with some of root's capabilities${cannot ? ` (${cannot})` : ''}`, () => {
  it("uses the in-kernel capture with those of the unit, and names other users' processes", async () => {
    const agent = await startUnprivilegedAgent(GRANTED);
    expect(agent).toMatchObject({ capture: 'ebpf', log: expect.not.stringContaining('level=warn') });
    expect(await namesOfConnection(agent)).toEqual(NAMES);
  });

  it.each(['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'])(
    'reports that it lacks %s, and uses the next capture',
    async (lacking) => {
      const agent = await startUnprivilegedAgent(without(lacking));
      expect(agent.capture).toBe('sockdiag');
      expect(agent.log).toContain(`capture=ebpf reason="no ${lacking}"\n`);
      const { capture, checks } = await examine(without(lacking));
      expect(capture).toBe('sockdiag');
      expect(checks).toContainEqual({
        name: 'capture ebpf',
        state: 'missing',
        detail: `no ${lacking}`,
        remedies: [expect.stringContaining(lacking)],
      });
    },
  );

  it.each([
    {
      lacking: 'CAP_SYS_PTRACE',
      names: { outbound: 'web/MainThread', inbound: 'api/MainThread' },
      limited: 'ebpf',
      limit: 'truncates the names of other users’ processes (no CAP_SYS_PTRACE)',
    },
    {
      lacking: 'CAP_DAC_READ_SEARCH',
      names: NAMES,
      limited: 'sockdiag',
      limit: 'names only processes of its own user (no CAP_DAC_READ_SEARCH)',
    },
  ])('works without $lacking, and reports how that limits $limited', async (given) => {
    const { lacking, names, limited, limit } = given;
    const agent = await startUnprivilegedAgent(without(lacking));
    expect(agent.capture).toBe('ebpf');
    expect(agent.log.includes(limit)).toBe(limited === agent.capture);
    expect(await namesOfConnection(agent)).toEqual(names);
    const { checks } = await examine(without(lacking));
    expect(checks).toContainEqual({
      name: `capture ${limited}`,
      state: 'limited',
      detail: expect.stringContaining(limit),
      remedies: expect.arrayContaining([`grant ${lacking}, or run as root`]),
    });
  });

  it('does not read DNS responses without CAP_NET_RAW, and logs that once', async () => {
    const agent = await startUnprivilegedAgent(without('CAP_NET_RAW'));
    expect(agent.capture).toBe('ebpf');
    const warnings = agent.log.split('\n').filter((line) => line.includes('level=warn'));
    expect(warnings).toEqual([
      expect.stringContaining(
        'msg="cannot read DNS responses" reason="no CAP_NET_RAW" remedy="grant CAP_NET_RAW ',
      ),
    ]);
    expect(await agent.metrics()).not.toContain('musubi_dns_');
    const { checks } = await examine(without('CAP_NET_RAW'));
    expect(checks).toContainEqual({
      name: 'DNS responses',
      state: 'limited',
      detail: 'cannot be read: no CAP_NET_RAW',
      remedies: [expect.stringContaining('grant CAP_NET_RAW')],
    });
    expect((await examine(GRANTED)).checks).toContainEqual(
      expect.objectContaining({ name: 'DNS responses', state: 'good' }),
    );
  });

  it('works without any, and rejects a requested capture that needs them', async () => {
    expect(await startUnprivilegedAgent([])).toMatchObject({ capture: 'sockdiag' });
    const { code, stderr } = await run(unprivileged([], 'agent', '--capture', 'ebpf'));
    expect(stderr).toContain('no capture works: ebpf: no CAP_BPF, no CAP_PERFMON, no CAP_NET_ADMIN');
    expect(code).toBe(1);
  });

  it.each([
    ['a pid namespace', ['--pid', '--fork', '--mount-proc'], 'true', 'it runs in a pid namespace'],
    ['a user namespace', ['--user', '--map-root-user'], 'true', 'it runs in a user namespace'],
    ['no cgroup2', ['--mount'], 'umount -l "$0"', 'cgroup2 is not mounted'],
    ['a part of cgroup2', ['--mount'], 'mount --bind "$0/musubi-test" "$0"', 'only part of the cgroup2'],
  ])(
    'does not use the in-kernel capture with %s of its own, and reports why',
    async (_, flags, script, reason) => {
      const point = findCgroupRoot('/proc');
      mkdirSync(`${point}/musubi-test`, { recursive: true });
      onTestFinished(() => rmdirSync(`${point}/musubi-test`));
      const command = ['sh', '-c', `${script} && exec "$@"`, point, NODE, MUSUBI, 'doctor', '--json'];
      const { stdout, stderr } = await run(['unshare', ...flags, ...command]);
      expect(stderr).toBe('');
      const { capture, checks } = JSON.parse(stdout) as { capture: string; checks: Check[] };
      expect(capture).not.toBe('ebpf');
      expect(checks.find(({ name }) => name === 'capture ebpf')?.detail).toContain(reason);
    },
  );
});

it('a build without a compiler prints one line about it, and the agent polls', async () => {
  const clone = cloneExporter();
  const built = await run([NODE, join(clone, 'exporter/cli/build.mjs')], { env: { PATH: clone } });
  expect(built).toMatchObject({ code: 0, stdout: '' });
  expect(built.stderr).toBe(
    'note: built without the in-kernel capture (eBPF): clang, libbpf-dev not found\n',
  );
  const { stdout } = await run([NODE, join(clone, 'exporter/cli/bin/musubi.mjs'), 'doctor', '--json']);
  const { capture, checks } = JSON.parse(stdout) as { capture: string; checks: Check[] };
  expect(capture).toBe('sockdiag');
  expect(checks.find(({ name }) => name === 'capture ebpf')?.detail).toContain(
    'the BPF program is not built',
  );
});

it('a build with an error in the kernel program fails', async ({ skip }) => {
  if ('missing' in findBpfCompiler()) skip('needs clang and libbpf-dev');
  const clone = cloneExporter();
  appendFileSync(
    join(clone, 'exporter/agent/bpf/musubi.bpf.c'),
    'int mistake(void) { return no_such_name; }\n',
  );
  const { code, stderr } = await run([NODE, join(clone, 'exporter/cli/build.mjs')]);
  expect(stderr).toContain('no_such_name');
  expect(code).toBe(1);
  expect(existsSync(join(clone, 'exporter/cli/dist/musubi.js'))).toBe(false);
});
