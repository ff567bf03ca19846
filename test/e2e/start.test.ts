import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { browse } from '../harness/browser.ts';
import { onFileEnd } from '../harness/cleanup.ts';
import { NODE, ROOT } from '../harness/places.ts';
import { run, start } from '../harness/process.ts';
import { waitFor } from '../harness/wait-for.ts';

/** The page, Prometheus and the exporter take this port and the next two. */
const PORT = 19462;
const TEN_MINUTES = 600_000;

/** What git would give someone who clones this working tree now. */
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

/** The environment of a person's shell: this checkout's own programs are not on its path. */
function shell(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const { npm_execpath, npm_config_user_agent, INIT_CWD, ...env } = process.env;
  return { ...env, PATH: path.join(delimiter) };
}

it(
  'npm start comes up in a fresh clone, draws what is connected afterwards, and stops as a whole',
  async () => {
    const cwd = freshClone();
    const command = ['npm', 'start', '--', '--port', `${PORT}`] as const;
    const first = start(command, { cwd, env: shell(), ownGroup: true });
    await first.says('Ctrl-C stops everything', TEN_MINUTES);
    expect(first.stdout()).toContain('installing npm packages');
    expect(first.stdout()).toContain(`http://127.0.0.1:${PORT}`);

    const api = start([NODE, `${ROOT}/test/workloads/api.mjs`, '127.0.0.1', '0']);
    await api.says('listening');
    const port = /listening (\d+)/.exec(api.stdout())?.[1] ?? '';
    const web = start([NODE, `${ROOT}/test/workloads/web.mjs`, '127.0.0.1', port]);
    web.tell('connect 3');
    await web.says('connected 3');

    const page = await browse(`http://127.0.0.1:${PORT}`);
    const edge = await waitFor(async () => {
      await page.open({ from: 'now-5m', to: 'now' });
      return (await page.edges()).find((drawn) => drawn.port === port);
    }, 'the edge made after the start to be drawn');
    expect(edge).toMatchObject({ source: 'web', destination: 'api', destinationPid: `${api.pid}` });

    const second = await run(command, { cwd, env: shell() });
    expect(second.stderr).toContain(`port ${PORT} (page) is taken`);
    expect(second.stderr).toContain('--port');
    expect(second.code).toBe(1);

    await first.stop('SIGINT');
    expect(first.stdout()).toContain('Stopped.');
    for (const used of [PORT, PORT + 1, PORT + 2]) await expect(canListen(used)).resolves.toBe(true);

    const again = start(command, { cwd, env: shell(), ownGroup: true });
    await again.says('Ctrl-C stops everything');
    expect(again.stdout()).not.toMatch(/installing|unpacking|building/);
  },
  TEN_MINUTES,
);

it.each([
  [['--port', 'eighty'], '--port: "eighty"'],
  [['--prot', '80'], '--prot'],
])('npm start -- %j is wrong usage', async (flags, named) => {
  const { code, stderr } = await run(['npm', 'start', '--', ...flags], { cwd: ROOT, env: shell() });
  expect(stderr).toContain(named);
  expect(code).toBe(2);
});

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
