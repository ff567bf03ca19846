import { type Browser, type BrowserContextOptions, chromium, type Page, type Route } from 'playwright-core';
import { BROWSER_FLAGS } from './browser-flags.ts';
import { onFileEnd } from './cleanup.ts';
import { findTool, toolPath } from './places.ts';

/**
 * Starts Chromium for the test file: the one without windows where it is there, which opens a page at two thirds of the
 * cost, since nothing but the page is drawn.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findTool('chromium-headless-shell') ?? toolPath('chromium');
  const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
  onFileEnd(() => browser.close());
  return browser;
}

/** Of every page, unless a test wants another; the locale would be that of the machine, which need not be one. */
const PAGE = { viewport: { width: 1280, height: 800 }, locale: 'en-US' };
/** For the page to do as it is told, in ms: the machine may be very busy. */
const PATIENCE = 60_000;

/** Opens an empty page; whatever the browser complains of there is added to `complaints`. */
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
 * Gets for the browser what it asks for: Chromium itself gives up all requests, with ERR_NETWORK_CHANGED, whenever an
 * address of the machine changes, as tests that run beside this one make it do.
 */
async function answerFromHere(route: Route): Promise<void> {
  const response = await fetchFor(route).catch(() => undefined);
  await (response ? route.fulfill({ response }) : route.abort()).catch(() => {
    // The page has gone, and with it who asked.
  });
}

/** Gets what the browser asks for. A connection may be closed just when it is used again: then another is made. */
export const fetchFor = (route: Route) => route.fetch({ maxRedirects: 0, maxRetries: 3, timeout: PATIENCE });
