import { type Browser, type BrowserContextOptions, chromium, type Page, type Route } from 'playwright-core';
import { BROWSER_FLAGS } from './browser-flags.ts';
import { onFileEnd } from './cleanup.ts';
import { toolPath } from './places.ts';

/** Starts Chromium for the test file. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: toolPath('chromium'), args: BROWSER_FLAGS });
  onFileEnd(() => browser.close());
  return browser;
}

const VIEWPORT = { width: 1280, height: 800 };

/** Opens an empty page; whatever the browser complains of there is added to `complaints`. */
export async function openPage(
  browser: Browser,
  { complaints = [], ...options }: BrowserContextOptions & { complaints?: string[] } = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEWPORT, ...options });
  await page.context().route(/^http/, answerFromHere);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return page;
}

/**
 * Gets for the browser what it asks for: Chromium itself gives up all requests, with ERR_NETWORK_CHANGED, whenever an
 * address of the machine changes, as tests that run beside this one make it do.
 */
async function answerFromHere(route: Route): Promise<void> {
  const response = await route.fetch({ maxRedirects: 0 }).catch(() => undefined);
  await (response ? route.fulfill({ response }) : route.abort()).catch(() => {
    // The page has gone, and with it who asked.
  });
}
