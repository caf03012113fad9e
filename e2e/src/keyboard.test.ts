import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, setTour } from './browser.ts';
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

  it('gets past the navigation by the first link, and sees where the focus is', async () => {
    await page.goto(`${url()}/projects/demo/jupyter`);
    const run = page.getByRole('button', { name: 'Run Jupyter' });
    await run.waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await expect.poll(async () => (await page.locator(':focus').boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await tabTo(run, 5);
  });

  it('runs Jupyter and stops it; a question that is closed gives the focus back', async () => {
    const run = page.getByRole('button', { name: 'Run Jupyter' });
    const opened = context.waitForEvent('page');
    await page.keyboard.press('Enter');
    const lab = await opened;
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await stop.waitFor();
    await lab.close();
    await page.bringToFront();
    await tabTo(stop);
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Stop Jupyter?' });
    await question.waitFor();
    await expect.poll(() => question.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => hasFocus(stop)).toBe(true);
    await page.keyboard.press('Enter');
    await tabTo(question.getByRole('button', { name: 'Stop' }));
    await page.keyboard.press('Enter');
    await run.waitFor();
  });

  it('finds a job, runs it, and reads what became of it', async () => {
    const program = join(platform.data, 'projects/demo/Resources/greet.py');
    writeFileSync(program, "print('hello from the keyboard')\n", { mode: 0o644 });
    const status = await page.evaluate(async () => {
      const body = JSON.stringify({ name: 'greet', type: 'python', program: 'Resources/greet.py' });
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/api/v1/projects/demo/jobs', { method: 'POST', headers, body })).status;
    });
    expect(status).toBe(201);
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.waitForURL('**/projects/demo/jobs');
    await tabTo(page.getByRole('main').getByRole('link', { name: 'greet' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'greet' }).waitFor();
    await tabTo(page.getByRole('button', { name: 'Run', exact: true }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/projects/demo/jobs/runs/*');
    await page.getByText('Succeeded').first().waitFor();
  });

  it('takes the tour, which comes once, and in which axe finds nothing', async () => {
    await setTour(page, false);
    await page.goto(`${url()}/projects/demo/jupyter`);
    await tabTo(page.getByRole('button', { name: 'Take the tour' }));
    await page.keyboard.press('Enter');
    for (const title of ['Your Jupyter server', 'Running applications', 'Recent notebooks', 'Help']) {
      await page.getByRole('dialog', { name: title }).waitFor();
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Run Jupyter' }).waitFor();
    expect(await page.getByRole('button', { name: 'Take the tour' }).count()).toBe(0);
    await setTour(page, false);
    const problems = await photograph(
      context,
      `${url()}/projects/demo/jupyter`,
      (screen) => join(screenshotFolder, `tour-${screen}.png`),
      async (tab) => {
        await tab.getByRole('button', { name: 'Take the tour' }).click();
        await tab.getByRole('dialog', { name: 'Your Jupyter server' }).waitFor();
      },
    );
    expect(problems).toEqual([]);
  });

  const hasFocus = (target: Locator): Promise<boolean> =>
    target.evaluate((element) => element === document.activeElement);

  /** Presses Tab until this has the focus, as somebody who sees at each stop where that is: no stop is without its ring. */
  async function tabTo(target: Locator, most = 80): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop < most; stop += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const { activeElement } = document;
        if (activeElement === null || activeElement === document.body) return '';
        // A field shows it by its border.
        if (activeElement.matches('input, textarea, select')) return '';
        return getComputedStyle(activeElement).outlineStyle === 'none' ? activeElement.outerHTML.slice(0, 200) : '';
      });
      expect(seen).toBe('');
      if (await hasFocus(target)) return;
    }
    throw new Error(`The focus did not come there in ${most} presses of Tab.`);
  }
});
