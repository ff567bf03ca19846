import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode } from './stop.mjs';

const MANIFEST = fileURLToPath(new URL('../otelcol/builder.yaml', import.meta.url));
const BUILDER = 'go.opentelemetry.io/collector/cmd/builder';
const TIME_LIMIT_MS = 15 * 60_000;

/**
 * An OpenTelemetry Collector with the components of `provisioning/otelcol/builder.yaml`, built from its Go
 * modules the first time (some minutes) and kept in the user's cache for every later one. `missing` says
 * why there is none: Go is absent, or the build failed, as it does without a network.
 *
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<{ path: string } | { missing: string }>}
 */
export async function collectorBinary({ log }) {
  const manifest = await readFile(MANIFEST, 'utf8');
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'musubi');
  const home = join(cache, `otelcol-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`);
  const path = join(home, 'otelcol');
  if (await isExecutable(path)) return { path };

  const version = /^ {2}version: ([\d.]+)/m.exec(manifest)?.[1];
  if (!version) throw new Error(`${MANIFEST}: dist.version is missing`);
  if (!(await run('go', ['version'])).ok) {
    return { missing: 'no OpenTelemetry Collector: `go`, which builds it, is not installed' };
  }

  log(`building the OpenTelemetry Collector ${version} from its Go modules, once: this takes some minutes`);
  const started = Date.now();
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, 'otelcol-build-'));
  try {
    await copyFile(MANIFEST, join(scratch, 'builder.yaml'));
    const built = await run('go', ['run', `${BUILDER}@v${version}`, '--config', 'builder.yaml'], scratch);
    if (!built.ok) return { missing: `no OpenTelemetry Collector: its build failed: ${built.why}` };
    await mkdir(home, { recursive: true });
    // Only a finished binary ever has the name that the next run looks for.
    await rename(join(scratch, 'build', 'otelcol-musubi'), path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  log(`built ${path} in ${Math.round((Date.now() - started) / 1000)} s`);
  return { path };
}

/** @param {string} path */
async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Runs a command quietly. `why` is the end of what it said, or that it could not be run.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {Promise<{ ok: boolean, why: string }>}
 */
async function run(command, args, cwd) {
  let said = '';
  // A signal, as the timer of the option `timeout` outlives a command that cannot be started.
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const child = spawn(command, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-600);
    });
  }
  try {
    const code = await exitCode(child);
    return { ok: code === 0, why: `${said.trim()} (${child.signalCode ?? `exit code ${code}`})` };
  } catch (error) {
    return { ok: false, why: /** @type {Error} */ (error).message };
  }
}
