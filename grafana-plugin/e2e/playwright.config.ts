import type { PluginOptions } from '@grafana/plugin-e2e';
import type { PlaywrightTestConfig } from '@playwright/test';

/** The Grafana under test; by default that of docker-compose.yml. */
const GRAFANA = process.env.GRAFANA_URL ?? 'http://127.0.0.1:3000';
const { GRAFANA_ADMIN_PASSWORD = 'admin' } = process.env;
const AUTH = new URL(
  '../../.musubi/tools/plugin-checks/node_modules/@grafana/plugin-e2e/dist/auth',
  import.meta.url,
);
const SESSION = 'playwright/.auth/admin.json';

export default {
  testDir: '.',
  outputDir: '../../.musubi/plugin-e2e',
  reporter: 'list',
  use: {
    baseURL: GRAFANA,
    provisioningRootDir: new URL('../../provisioning/grafana', import.meta.url).pathname,
    grafanaAPICredentials: { user: 'admin', password: GRAFANA_ADMIN_PASSWORD },
    user: { user: 'admin', password: GRAFANA_ADMIN_PASSWORD },
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
  projects: [
    { name: 'auth', testDir: AUTH.pathname, testMatch: /.*\.js/ },
    { name: 'panel', dependencies: ['auth'], use: { storageState: SESSION } },
  ],
} satisfies PlaywrightTestConfig<PluginOptions>;
