import { defineConfig } from 'vitest/config';

/** What fills the CPUs and the kernel's tables, for tests beside it as well; what runs rules many times as fast as in life. */
const ALONE = [
  'test/e2e/alerts.test.ts',
  'test/e2e/public-clients.test.ts',
  'test/e2e/capture/{exactness,full-table}.test.ts',
];

const e2e = {
  setupFiles: ['test/harness/cleanup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // On a busy machine a browser takes its time.
  expect: { poll: { timeout: 30_000 } },
};

/** Projects run one after the other: those that run at the same time must have as many workers, on every machine. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
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
          ...e2e,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ALONE,
          // Each file starts real servers and namespaces: two at a time is what two cores bear.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...e2e,
          name: 'e2e-alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
