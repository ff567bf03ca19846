import { type Browser, type BrowserContextOptions, chromium, type Page, type Route } from 'playwright-core';
import { BROWSER_FLAGS } from './browser-flags.ts';
import { onFileEnd } from './cleanup.ts';
import { findTool, toolPath } from './places.ts';

/**
 * Starts Chromium for the test file: the headless shell if it is installed, which opens a page at two thirds of the
 * cost, because it draws nothing but the page.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findTool('chromium-headless-shell') ?? toolPath('chromium');
  const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
  onFileEnd(() => browser.close());
  return browser;
}

/** Defaults of every page; the locale would otherwise be that of the machine. */
const PAGE = { viewport: { width: 1280, height: 800 }, locale: 'en-US' };
/** Timeout of actions in ms: the machine may be very busy. */
const PATIENCE = 60_000;

/** Opens an empty page; errors that the browser logs there are added to `complaints`. */
export async function openPage(
  browser: Browser,
  { complaints = [], ...options }: BrowserContextOptions & { complaints?: string[] } = {},
): Promise<Page> {
  const page = await browser.newPage({ ...PAGE, ...options });
  page.setDefaultTimeout(PATIENCE);
  await page.context().route(/^http/, answerFromHere);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return page;
}

/**
 * Makes the browser's requests on its behalf: Chromium aborts all requests with ERR_NETWORK_CHANGED whenever an address
 * of the machine changes, as with tests that run beside this one.
 */
async function answerFromHere(route: Route): Promise<void> {
  const response = await fetchFor(route).catch(() => undefined);
  await (response ? route.fulfill({ response }) : route.abort()).catch(() => {
    // The page was closed, and with it the request.
  });
}

/** Makes a browser's request. A connection may be closed just when it is used again: then it is retried. */
export const fetchFor = (route: Route) => route.fetch({ maxRedirects: 0, maxRetries: 3, timeout: PATIENCE });
