import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Beside end-to-end tests on two cores.
          testTimeout: 20_000,
          include: [
            'exporter/src/**/*.test.ts',
            'grafana-plugin/{src,standalone}/**/*.test.ts',
            'provisioning/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: ['test/harness/cleanup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // On a busy machine a browser takes its time.
          expect: { poll: { timeout: 10_000 } },
          // Each file starts real servers and namespaces: two at a time is what two cores bear.
          maxWorkers: 2,
        },
      },
    ],
  },
});
