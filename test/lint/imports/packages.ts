/**
 * The packages, and the layers of each: imports go downward only. `npm run lint:imports -- --map` prints the
 * map of imports. A new folder gets a line here.
 */
import type { Exception, Package } from './check.ts';

export const PACKAGES: readonly Package[] = [
  {
    name: 'test',
    folder: 'test',
    imports: [
      '@musubi/cli',
      '@musubi/agent',
      '@musubi/contract',
      'standalone',
      'panel',
      'graph',
      'set-up',
      'provisioning',
    ],
    // Tests of the whole reach into the parts by path.
    byPath: ['@musubi/cli', '@musubi/agent'],
    layers: [['*']],
  },
  {
    name: '@musubi/cli',
    folder: 'exporter/cli',
    imports: ['@musubi/agent', '@musubi/contract'],
    layers: [
      ['build.mjs', 'bin', 'run.ts', 'docs'],
      ['main.ts'],
      ['commands'],
      ['expect'],
      ['look'],
      ['joined'],
      ['prometheus'],
      ['io.ts'],
      ['config'],
    ],
  },
  {
    name: '@musubi/agent',
    folder: 'exporter/agent',
    imports: ['@musubi/contract'],
    layers: [
      ['compile-bpf.mjs', 'run-agent.ts'],
      ['open-pipeline.ts', 'push-loop.ts', 'reload.ts'],
      ['follow-nat.ts', 'health.ts', 'hidden-warning.ts', 'pipeline.ts'],
      ['limit', 'metrics/otlp', 'doctor'],
      ['settings.ts'],
      ['resolve', 'resolve/nat'],
      ['resolve/dns'],
      ['metrics'],
      ['half-edge.ts'],
      ['aggregate'],
      ['identify'],
      ['conntrack'],
      ['capture/choose-capture.ts'],
      ['capture/restarting-capture.ts', 'capture/capture-candidates.ts'],
      ['capture/capture-candidate.ts'],
      ['capture/ebpf', 'capture/sockdiag', 'capture/procfs'],
      ['capture/polling'],
      ['capture/capture.ts'],
      ['proc'],
      ['net', 'http', 'limited-warning.ts'],
      ['native'],
      [
        'text',
        'fatal-error.ts',
        'kernel-version.ts',
        'log.ts',
        'missing-requirement.ts',
        'remove-oldest.ts',
        'version.ts',
      ],
    ],
  },
  {
    name: 'standalone',
    folder: 'grafana-plugin/standalone',
    imports: ['panel', 'graph', '@musubi/contract'],
    layers: [['*']],
  },
  {
    name: 'panel',
    folder: 'grafana-plugin/src',
    imports: ['graph', '@musubi/contract'],
    layers: [
      ['module.ts'],
      ['public-path.ts', 'worker-text.d.ts'],
      ['panel'],
      ['panel/trend', 'panel/compare', 'panel/keyboard', 'panel/details', 'panel/table'],
      ['panel/toolbar'],
      ['panel/canvas'],
      ['panel/state'],
      ['panel/texts'],
      ['panel/query'],
    ],
  },
  {
    name: 'graph',
    folder: 'grafana-plugin/src/graph',
    imports: ['@musubi/contract'],
    withoutModules: /^(@grafana\/|react\b|@emotion\/)/,
    layers: [
      ['export', 'focus', 'levels', 'navigate', 'search', 'trend'],
      ['compare', 'display'],
      ['build', 'display/far'],
      ['tables', 'display/near', 'display/view'],
      ['display/text'],
      ['layout'],
      ['layout/keep'],
      ['layout/groups'],
      ['layout/layers'],
      ['model'],
      ['geometry'],
    ],
  },
  {
    // Runs before npm packages are installed, so it imports by path.
    name: 'set-up',
    folder: 'provisioning/local',
    imports: ['@musubi/agent', 'standalone'],
    byPath: ['@musubi/agent'],
    layers: [['*']],
  },
  {
    name: 'provisioning',
    folder: 'provisioning',
    imports: ['set-up', '@musubi/contract'],
    layers: [['*']],
  },
  { name: '@musubi/contract', folder: 'exporter/contract', imports: [], layers: [['*']] },
];

/** Imports against the rules that are still to be removed. */
export const EXCEPTIONS: readonly Exception[] = [];
