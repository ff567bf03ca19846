/** `npm test`: sets up what is missing, then checks everything: lint, types, unit and end-to-end tests. */
import { join } from 'node:path';
import { ensureBpfTools } from './bpf-tools.mjs';
import { ensureBuilt } from './build.mjs';
import { checkSources } from './checks.mjs';
import { ensurePrograms, ensureUnpacked } from './debian.mjs';
import { ensureNpmFolder } from './npm-folder.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { collectorBinary } from './otelcol.mjs';
import { BIN, ROOT } from './places.mjs';
import { prometheus3 } from './prometheus3.mjs';
import { must } from './run.mjs';
import { runMain, SetupError, say } from './say.mjs';
import { stop } from './stop.mjs';

/** What the checks of the sources lack: the types of npm packages that only the tests need. */
const CHECKS = /** @type {const} */ ([
  ["checking types of the panel's specs", 'tsc', ['--noEmit', '-p', 'grafana-plugin/e2e']],
]);

/** A program of each package of Docker's engine: the tests run one of their own. */
const ENGINE = /** @type {const} */ ([
  ['dockerd', 'docker.io'],
  ['containerd', 'containerd'],
  ['runc', 'runc'],
]);

await runMain(async () => {
  await ensureNpmPackages();
  return (await continueUnderPinnedNode()) ?? (await test());
});

/**
 * Sets up what the tests can do without.
 * @param {string} what
 * @param {() => Promise<unknown>} ensure
 */
async function ensureIfPossible(what, ensure) {
  try {
    await ensure();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`no ${what} to test with: ${error.message}`);
  }
}

async function test() {
  await ensurePrograms([
    { program: 'chromium', package: 'chromium' },
    { program: 'ip', package: 'iproute2' },
    { program: 'iptables', package: 'iptables' },
    { program: 'socat', package: 'socat' },
    { program: 'dnsmasq', package: 'dnsmasq-base' },
  ]);
  // Older releases of Debian have no such package: there pages are tested in the whole of Chromium.
  await ensureIfPossible('Chromium without windows', () =>
    ensurePrograms([{ program: 'chromium-headless-shell', package: 'chromium-headless-shell' }]),
  );
  await ensureBpfTools();
  await ensureUnpacked('prometheus', 'prometheus');
  for (const [program, name] of ENGINE) await ensureUnpacked(program, name);
  await ensureUnpacked('nginx', 'nginx');
  // The package bears the version, so other releases of Debian do not have it: there its test is left out.
  await ensureIfPossible('PostgreSQL', () =>
    ensureUnpacked('postgres', 'postgresql-15', ['usr/lib/postgresql/15/bin']),
  );
  for (const name of ['grafana-12', 'plugin-checks']) await ensureNpmFolder(name);
  // Built here, not by the first test that wants it: others would wait for it, or build it too.
  for (const built of [collectorBinary, prometheus3]) {
    const made = await built({ log: say });
    stop.throwIfAborted();
    if ('missing' in made) say(made.missing);
  }
  await ensureBuilt();
  await checkSources(CHECKS);
  await must(join(BIN, 'vitest'), ['run', ...process.argv.slice(2)], { cwd: ROOT });
  return 0;
}
