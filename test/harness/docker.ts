import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onFileEnd } from './cleanup.ts';
import type { Host } from './network.ts';
import { NODE, ROOT } from './places.ts';
import { waitFor } from './wait-for.ts';

export interface ContainerOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Its network: the engine's default bridge (default), the host's, or one that was created. */
  readonly network?: string;
  /** A port of its own to publish on every address of the host, and the published port. */
  readonly publish?: { readonly port: number; readonly on: number };
  /** Registers its removal; by default at the end of the test file. */
  readonly onCleanup?: (remove: () => Promise<void>) => void;
}

/** A Docker engine of the test's own, on a host of the test network. */
export interface Docker {
  readonly socketPath: string;
  /** Starts a container with this machine's programs and the checkout, and returns its address. */
  run(options: ContainerOptions): Promise<string>;
  logs(name: string): Promise<string>;
  /** Creates a bridge with a subnet, as Compose does for a project: its containers know each other by name. */
  createNetwork(name: string, subnet: string): Promise<void>;
}

export interface EngineOptions {
  /** Its default bridge, with the address of the host on it. */
  readonly subnet: string;
  /** Whether it may publish ports, by NAT rules and a proxy in user space; by default it may. */
  readonly publishes?: boolean;
}

/** Packages that are unpacked but not installed: an installed engine runs as a service. */
const UNPACKED = ['docker.io', 'containerd', 'runc'].map((name) => join(ROOT, '.musubi/tools', name));
const PATH = [
  ...UNPACKED.flatMap((folder) => [join(folder, 'usr/bin'), join(folder, 'usr/sbin')]),
  process.env.PATH,
  '/usr/sbin',
  '/sbin',
].join(delimiter);

const IMAGE = 'musubi-test';
/** An archive without files consists of two empty blocks. */
const EMPTY_TAR = Buffer.alloc(1024);
/** Directories that this machine's programs need. */
const BINDS = ['/usr', '/bin', '/lib', '/lib64', ROOT, dirname(NODE)].filter((folder) => existsSync(folder));

/** Starts Docker's engine for the test file; if it cannot run, `missing` gives the reason. */
export async function startDocker(
  host: Host,
  { subnet, publishes = false }: EngineOptions,
): Promise<Docker | { missing: string }> {
  if (process.getuid?.() !== 0) return { missing: "Docker's engine needs root" };
  const dockerd = PATH.split(delimiter)
    .map((folder) => join(folder, 'dockerd'))
    .find((path) => existsSync(path));
  if (!dockerd) return { missing: 'needs docker.io, containerd and runc; npm test unpacks them' };

  const folder = mkdtempSync(join(tmpdir(), 'musubi-docker-'));
  onFileEnd(() => {
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  const socketPath = join(folder, 'docker.sock');
  const engine = host.start(
    [
      dockerd,
      `--host=unix://${socketPath}`,
      `--data-root=${folder}/data`,
      `--exec-root=${folder}/exec`,
      `--pidfile=${folder}/pid`,
      `--bip=${subnet}`,
      '--ip6tables=false',
      ...(publishes ? [] : ['--iptables=false', '--ip-masq=false', '--userland-proxy=false']),
    ],
    { env: { ...process.env, PATH }, onCleanup: onFileEnd },
  );
  const ready = waitFor(
    async () => (await call('GET', '/_ping')) && true,
    () => `Docker: ${engine.stderr()}`,
  );
  const ended = engine.exited.then(() => lastLine(engine.stderr()));
  const reason = await Promise.race([ready.then(() => undefined), ended]);
  ready.catch(() => {});
  if (reason !== undefined) return { missing: `Docker's engine does not run here: ${reason}` };
  await call('POST', `/images/create?fromSrc=-&repo=${IMAGE}`, EMPTY_TAR);

  async function call(method: string, path: string, body?: Buffer | object): Promise<string> {
    const isRaw = Buffer.isBuffer(body);
    const headers = {
      host: 'localhost',
      ...(body && { 'content-type': isRaw ? 'application/x-tar' : 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const requestBody = request({ socketPath, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 400) resolve(text);
          else reject(new Error(`${method} ${path}: ${text}`));
        });
      });
      requestBody.on('error', reject);
      requestBody.end(isRaw ? body : body && JSON.stringify(body));
    });
  }

  return {
    socketPath,
    async run({ name, command, labels = {}, network = 'bridge', publish, onCleanup = onFileEnd }) {
      await call('POST', `/containers/create?name=${encodeURIComponent(name)}`, {
        Image: IMAGE,
        Cmd: command,
        Labels: labels,
        ...(publish && { ExposedPorts: { [`${publish.port}/tcp`]: {} } }),
        HostConfig: {
          NetworkMode: network,
          Binds: BINDS.map((path) => `${path}:${path}:ro`),
          ...(publish && { PortBindings: { [`${publish.port}/tcp`]: [{ HostPort: `${publish.on}` }] } }),
        },
      });
      // The first process of a pid namespace ignores SIGTERM, and the engine would wait for it.
      onCleanup(async () => {
        await call('DELETE', `/containers/${name}?force=1`);
      });
      await call('POST', `/containers/${name}/start`);
      const described = JSON.parse(await call('GET', `/containers/${name}/json`));
      return described.NetworkSettings.Networks[network].IPAddress;
    },
    logs: (name) => call('GET', `/containers/${name}/logs?stdout=1&stderr=1`),
    async createNetwork(name, subnet) {
      await call('POST', '/networks/create', { Name: name, IPAM: { Config: [{ Subnet: subnet }] } });
    },
  };
}

/** The engine leaves the namespaces of its containers mounted. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const points = mounts.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(folder));
  for (const point of points.reverse()) execFileSync('umount', ['--lazy', point]);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
