import { join } from 'node:path';
import { expect } from 'vitest';
import { openWindow, screenshotFolder } from './browser.ts';
import type { Platform } from './platform.ts';

/** Logs in as Ada, opens the Spark UI of an application that has ended from the page Applications, and looks at all of it. */
export async function seeFinishedUi(platform: Platform, application: { notebook: string; job: string }): Promise<void> {
  const { browser, context, page } = await openWindow();
  try {
    await page.goto(`${platform.url}/login`);
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Demo' }).first().waitFor();
    await page.goto(`${platform.url}/projects/demo/applications`);
    const link = page.getByRole('link', { name: `Spark UI of ${application.notebook}` }).first();
    const [ui] = await Promise.all([context.waitForEvent('page'), link.click()]);
    await ui.getByText(/has ended: Spark makes its pages from its event log now/).waitFor();
    await ui.screenshot({ path: join(screenshotFolder, 'spark-ui-opening-1280-light.png') });
    await ui.waitForURL(/localhost:\d+\/history\/[\w-]+\/jobs\//);
    await ui.locator('td', { hasText: application.job }).first().waitFor();
    await ui.screenshot({ path: join(screenshotFolder, 'spark-ui-finished-1280-light.png') });
    for (const tab of ['Stages', 'Storage', 'Environment', 'Executors', 'SQL / DataFrame', 'Jobs']) {
      await ui.locator('.navbar a, nav a', { hasText: tab }).first().click();
      await ui
        .locator('h3', { hasText: new RegExp(tab.split(' ')[0]?.replace(/s$/, '') ?? tab) })
        .first()
        .waitFor();
      if (tab.startsWith('SQL')) await ui.locator('td', { hasText: application.job }).first().waitFor();
      expect(new URL(ui.url()).pathname).toMatch(/^\/history\/[\w-]+\//);
    }
    // Spark's own way to the list of applications leads back here.
    await ui.goto(new URL('/', ui.url()).href);
    await ui.waitForURL(/\/history\/[\w-]+\/jobs\//);
    await ui.locator('td', { hasText: application.job }).first().waitFor();
  } finally {
    await browser.close();
  }
}
