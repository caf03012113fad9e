import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';

/** Where pictures of pages go. `EMBERLAB_TEST_SCREENSHOTS=docs ./test e2e` renews those of the guides. */
export const screenshotFolder = join(
  import.meta.dirname,
  '../..',
  process.env['EMBERLAB_TEST_SCREENSHOTS'] === 'docs' ? 'docs/screenshots' : 'build/screenshots',
);

/** Debian's Chromium, headless, without calls of its own to the network. */
function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['EMBERLAB_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A browser with one window of the usual size; `browser.close()` ends it all. */
export async function openWindow(): Promise<{ browser: Browser; context: BrowserContext; page: Page }> {
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(60_000);
  return { browser, context, page: await context.newPage() };
}

/** Fills in the page of the set-up link, as Ada; resolves when she is logged in and sees the project demo. */
export async function becomeAdministrator(page: Page, setUpUrl: string): Promise<void> {
  await page.goto(setUpUrl);
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('link', { name: 'Demo' }).first().waitFor();
  await setTour(page, true);
}

/** Says whether the tour has ended for who is logged in on a page. */
export async function setTour(page: Page, ended: boolean): Promise<void> {
  const status = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/v1/me/tour', { method: 'PUT', headers, body })).status;
  }, JSON.stringify({ ended }));
  if (status !== 200) throw new Error(`PUT /me/tour answered ${status}`);
}

/** What can only be wrong with colours; the rest is the same in a page's other colour scheme. */
const rulesOfColours = ['color-contrast', 'link-in-text-block'];

/** Violations of WCAG 2 A and AA on a page, one line each: all of them, or those of colours. */
async function accessibilityProblems(page: Page, which: 'all' | 'colours'): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (
    which === 'all' ? axe.withTags(['wcag2a', 'wcag2aa']) : axe.withRules(rulesOfColours)
  ).analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}`),
  );
}

export const screens = [
  { name: '1280-light', width: 1280, height: 800, colorScheme: 'light' },
  { name: '1280-dark', width: 1280, height: 800, colorScheme: 'dark' },
  { name: '390-dark', width: 390, height: 844, colorScheme: 'dark' },
  { name: '390-light', width: 390, height: 844, colorScheme: 'light' },
] as const;

/** Resolves when a page may be photographed, with what the picture is of where that has to be scrolled to. */
export type Ready = (page: Page) => Promise<Locator | void>;

/**
 * Takes a screenshot of a page in each size and colour scheme, once `ready` holds; answers accessibility problems that it saw. The page is opened once and
 * follows its window, as it does for people who turn their phone or whose desk gets dark.
 */
export async function photograph(
  context: BrowserContext,
  url: string,
  file: (screen: string) => string,
  ready: Ready,
): Promise<string[]> {
  const problems: string[] = [];
  const page = await context.newPage();
  const show = async (screen: (typeof screens)[number]) => {
    await page.setViewportSize({ width: screen.width, height: screen.height });
    await page.emulateMedia({ colorScheme: screen.colorScheme, reducedMotion: 'reduce' });
  };
  await show(screens[0]);
  await page.goto(url);
  const subject = await ready(page);
  for (const [index, screen] of screens.entries()) {
    await show(screen);
    await page.evaluate(() => document.fonts.ready);
    await subject?.scrollIntoViewIfNeeded();
    // Drawn anew: what a page changes in answer to a change of size comes with the next frames.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await page.screenshot({ path: file(screen.name), animations: 'disabled' });
    const which = index % 2 === 0 ? 'all' : 'colours';
    problems.push(...(await accessibilityProblems(page, which)).map((problem) => `${url} ${screen.name} ${problem}`));
  }
  await page.close();
  return problems;
}

/**
 * Opens an address as a desk and as a phone have it, waits until nothing of the page is being loaded, and answers what axe finds, and whether the phone's
 * page is wider than the phone.
 */
export async function lookAt(page: Page, url: string): Promise<string[]> {
  const problems: string[] = [];
  for (const screen of [screens[0], screens[2]]) {
    await page.setViewportSize({ width: screen.width, height: screen.height });
    await page.emulateMedia({ colorScheme: screen.colorScheme, reducedMotion: 'reduce' });
    if (screen === screens[0]) await page.goto(url);
    await page.locator('h1').first().waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'hidden' });
    const found = await accessibilityProblems(page, screen === screens[0] ? 'all' : 'colours');
    const heading = (await page.locator('h1').first().textContent()) ?? '';
    if (heading === 'There is nothing here') found.push('there is no such page');
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (tooWide > 0) found.push(`${tooWide} px too wide`);
    problems.push(...found.map((problem) => `${url} ${screen.name} ${problem}`));
  }
  return problems;
}
