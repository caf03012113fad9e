import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder } from './browser.ts';
import { Platform } from './platform.ts';

/** People who use no mouse. */
describe('by the keyboard alone', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const url = () => `http://localhost:${platform.port}`;

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
    mkdirSync(screenshotFolder, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
  });

  it('goes where one wants by the palette, which gives the focus back', async () => {
    await page.goto(`${url()}/projects/demo/jupyter`);
    const goTo = page.getByRole('button', { name: 'Go to' });
    await goTo.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Go to a page, or do something' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => goTo.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('python lib');
    await page.locator('[data-selected]', { hasText: 'Python libraries' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/projects/demo/settings/libraries');
  });

  it('has a palette that fits phones, and in which axe finds nothing', async () => {
    const problems = await photograph(
      context,
      `${url()}/projects/demo/jupyter`,
      (screen) => join(screenshotFolder, `palette-${screen}.png`),
      async (tab) => {
        await tab.getByRole('button', { name: 'Run Jupyter' }).waitFor();
        await tab.keyboard.press('Control+k');
        await tab.getByRole('dialog').getByText('Run Jupyter').waitFor();
      },
    );
    expect(problems).toEqual([]);
  });
});
