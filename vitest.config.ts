import { configDefaults, defineConfig } from 'vitest/config';

/** Tests beside the code that need the kernel of this machine, and some of them root. */
const KERNEL = '**/*.kernel.test.ts';

/** Tests that fill the CPUs and the kernel's tables, which disturbs others, or run rules many times faster than real time. */
const ALONE = [
  'test/e2e/alerts.test.ts',
  'test/e2e/public-clients.test.ts',
  'test/e2e/capture/{exactness,full-table}.test.ts',
];

const e2e = {
  setupFiles: ['test/harness/cleanup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // A browser is slow on a busy machine.
  expect: { poll: { timeout: 30_000 } },
};

/** Projects run one after the other: those that run at the same time must have the same number of workers. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Far above what any test takes: a busy machine must not fail a test.
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
          exclude: [...configDefaults.exclude, KERNEL],
          include: [
            'exporter/**/*.test.ts',
            'grafana-plugin/{src,standalone}/**/*.test.ts',
            'provisioning/**/*.test.ts',
            'test/{lint,repository}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'kernel',
          include: [`exporter/${KERNEL}`],
          testTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...e2e,
          name: 'e2e',
          include: ['test/{e2e,join-model}/**/*.test.ts'],
          exclude: ALONE,
          // Each file starts real servers and namespaces: two cores run two at a time.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...e2e,
          name: 'e2e-alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
