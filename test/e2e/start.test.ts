import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { browse } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { startPair } from '../harness/pair.ts';
import { ROOT } from '../harness/places.ts';
import { type Running, run, start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The page, Prometheus and the exporter take this port and the next two. */
const PORT = 19462;
const TEN_MINUTES = 600_000;
/** The rules run every 30 s, on the data of a minute before. */
const RECORDED_WITHIN = 150_000;
const OFFERS_EBPF = process.getuid?.() === 0 && existsSync('/sys/kernel/btf/vmlinux');

/** A copy of this working tree as git would clone it. */
function freshClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'musubi-clone-'));
  onFileEnd(() => rmSync(clone, { recursive: true, force: true }));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  for (const file of list.toString().split('\0').filter(Boolean)) {
    mkdirSync(join(clone, dirname(file)), { recursive: true });
    cpSync(join(ROOT, file), join(clone, file));
  }
  return clone;
}

/** The environment of a user's shell: the programs of this checkout are not on its path. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const { npm_execpath, npm_config_user_agent, INIT_CWD, ...env } = process.env;
  return { ...env, PATH: path.join(delimiter) };
}

it(
  'npm start works in a fresh clone, draws later connections, and stops all its processes',
  async () => {
    const cwd = freshClone();
    const command = ['npm', 'start', '--', '--port', `${PORT}`] as const;
    const first = start(command, { cwd, env: shellEnvironment(), ownGroup: true });
    await first.waitForOutput('Ctrl-C stops everything', TEN_MINUTES);
    expect(first.stdout()).toContain('installing npm packages');
    expect(first.stdout()).toContain(`http://127.0.0.1:${PORT}`);
    if (OFFERS_EBPF) {
      const log = readFileSync(join(cwd, `.musubi/${PORT}/exporter.log`), 'utf8');
      expect(log).toContain('msg="agent started" capture=ebpf');
    }

    const { api, port } = await startPair(3);

    const page = await browse(`http://127.0.0.1:${PORT}`);
    const edge = await waitFor(
      async () => {
        await page.open({ from: 'now-5m', to: 'now' });
        return (await page.edges()).find((drawn) => drawn.port === port);
      },
      'the edge of the later connections to be drawn',
      RECORDED_WITHIN,
    );
    expect(edge).toMatchObject({ source: 'web', destination: 'api', destinationPid: `${api.pid}` });

    // The rules for `musubi look` and the dashboards are loaded too.
    const rules = await (await fetch(`http://127.0.0.1:${PORT + 1}/api/v1/rules`)).text();
    for (const group of ['musubi-edges', 'musubi-exporters']) expect(rules).toContain(`"name":"${group}"`);

    const second = await run(command, { cwd, env: shellEnvironment() });
    expect(second.stderr).toContain(`port ${PORT} (page) is in use`);
    expect(second.stderr).toContain('--port');
    expect(second.code).toBe(1);

    await first.stop('SIGINT');
    expect(first.stdout()).toContain('Stopped.');
    for (const used of [PORT, PORT + 1, PORT + 2]) await expect(canListen(used)).resolves.toBe(true);

    const again = start(command, { cwd, env: shellEnvironment(), ownGroup: true });
    await again.waitForOutput('Ctrl-C stops everything', TEN_MINUTES);
    expect(again.stdout()).not.toMatch(/installing|unpacking|building/);
  },
  TEN_MINUTES,
);

it(
  'several npm starts in one folder are independent, and no process outlives one that is killed',
  async () => {
    const kills: readonly ((npm: Running, port: number) => void)[] = [
      (npm) => npm.child.kill('SIGTERM'),
      (npm) => npm.child.kill('SIGKILL'),
      (_, port) => process.kill(startScript(port), 'SIGKILL'),
    ];
    const starts = kills.map((kill, i) => {
      const port = PORT + 10 * (i + 1);
      onFileEnd(() => rmSync(join(ROOT, `.musubi/${port}`), { recursive: true, force: true }));
      return {
        kill,
        port,
        npm: start(['npm', 'start', '--', '--port', `${port}`], { cwd: ROOT, env: shellEnvironment() }),
      };
    });
    await Promise.all(starts.map(({ npm }) => npm.waitForOutput('Ctrl-C stops everything', TEN_MINUTES)));
    for (const { port } of starts) {
      const config = await (await fetch(`http://127.0.0.1:${port + 1}/api/v1/status/config`)).text();
      expect(config).toContain(`127.0.0.1:${port + 2}`);
    }
    for (const { kill, npm, port } of starts) {
      kill(npm, port);
      await waitFor(
        async () =>
          (await Promise.all([0, 1, 2].map((i) => canListen(port + i)))).every(Boolean) || undefined,
        `ports ${port} to ${port + 2} to be free again`,
      );
    }
  },
  TEN_MINUTES,
);

it('npm start reports only that it stopped if it is interrupted while it lists dependencies', async () => {
  const port = PORT + 40;
  onFileEnd(() => rmSync(join(ROOT, `.musubi/${port}`), { recursive: true, force: true }));
  const npm = start(['npm', 'start', '--', '--port', `${port}`], {
    cwd: ROOT,
    env: shellEnvironment(),
    ownGroup: true,
  });
  await npm.waitForOutput('Dependencies of this machine', TEN_MINUTES);
  expect(await npm.stop('SIGINT')).toBe(0);
  expect(npm.stdout()).toMatch(/Stopped\.\n$/);
  expect(npm.stderr()).not.toContain('failed');
});

/** The pid of the script (not of npm or its shell) that runs on a port. */
function startScript(port: number): number {
  const pids = readdirSync('/proc').filter((name) => {
    try {
      return (
        /start\.mjs\0--port\0(\d+)\0$/.exec(readFileSync(`/proc/${name}/cmdline`, 'utf8'))?.[1] === `${port}`
      );
    } catch {
      return false;
    }
  });
  expect(pids).toHaveLength(1);
  return Number(pids[0]);
}

it.each([
  [['--port', 'eighty'], '--port: "eighty"'],
  [['--port', '0'], '--port: "0"'],
  [['--port', '65534'], '--port: "65534"'],
  [['--prot', '80'], '--prot'],
  [['8080'], '8080'],
])('npm start rejects %j', async (flags, expected) => {
  const { code, stderr } = await run(['npm', 'start', '--', ...flags], {
    cwd: ROOT,
    env: shellEnvironment(),
  });
  expect(stderr).toContain(expected);
  expect(code).toBe(2);
});

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
