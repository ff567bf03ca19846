/** `npm test`: installs what is missing, then checks everything: lint, types, unit and end-to-end tests. */
import { join } from 'node:path';
import { ensureBpfTools } from './bpf-tools.mjs';
import { ensureBuilt } from './build.mjs';
import { checkSources } from './checks.mjs';
import { print, runMain, SetupError } from './console.mjs';
import { ensurePrograms, ensureUnpacked } from './debian.mjs';
import { ensureNpmFolder } from './npm-folder.mjs';
import { continueUnderPinnedNode, ensureNpmPackages } from './npm-packages.mjs';
import { collectorBinary } from './otelcol.mjs';
import { BIN, ROOT } from './paths.mjs';
import { prometheus3 } from './prometheus3.mjs';
import { must } from './run.mjs';
import { stop } from './stop.mjs';

/** Additional checks, which need the types of npm packages that only tests use. */
const CHECKS = /** @type {const} */ ([
  ["checking types of the panel's specs", 'tsc', ['--noEmit', '-p', 'grafana-plugin/e2e']],
]);

/** Programs of Docker's engine and their packages: the tests run their own engine. */
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
 * Installs an optional requirement of the tests.
 * @param {string} what
 * @param {() => Promise<unknown>} ensure
 */
async function ensureIfPossible(what, ensure) {
  try {
    await ensure();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    print(`tests without ${what}: ${error.message}`);
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
  // Older releases of Debian lack this package: pages are tested in the full Chromium there.
  await ensureIfPossible('headless Chromium', () =>
    ensurePrograms([{ program: 'chromium-headless-shell', package: 'chromium-headless-shell' }]),
  );
  await ensureBpfTools();
  await ensureUnpacked('prometheus', 'prometheus');
  for (const [program, name] of ENGINE) await ensureUnpacked(program, name);
  await ensureUnpacked('nginx', 'nginx');
  // The package name contains the version, so other releases of Debian lack it: its test is skipped there.
  await ensureIfPossible('PostgreSQL', () =>
    ensureUnpacked('postgres', 'postgresql-15', ['usr/lib/postgresql/15/bin']),
  );
  for (const name of ['grafana-12', 'plugin-checks']) await ensureNpmFolder(name);
  // Built here, not by the first test that needs it: other tests would wait, or build it again.
  for (const built of [collectorBinary, prometheus3]) {
    const made = await built({ log: print });
    stop.throwIfAborted();
    if ('missing' in made) print(made.missing);
  }
  await ensureBuilt();
  await checkSources(CHECKS);
  await must(join(BIN, 'vitest'), ['run', ...process.argv.slice(2)], { cwd: ROOT });
  return 0;
}
