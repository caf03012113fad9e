import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The page of a Spark application in the dashboard, in local mode: its plots are drawn, its one executor is the driver, whose log it leads to. */
export async function visitApplication(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/metrics`);
  await page.getByRole('img', { name: /^Tasks running\. Running: \d/ }).waitFor();
  await plotsAreDrawn(page);
  await expect.poll(() => pixelsDrawn(page)).toBeGreaterThan(500);
  await page.getByRole('button', { name: 'Show as a table' }).click();
  const table = page.getByRole('table', { name: 'Metrics over time' });
  expect(await table.getByRole('row').count()).toBeGreaterThan(1);
  await page.getByRole('link', { name: 'Executors', exact: true }).click();
  const row = page.getByRole('row', { name: /^driver/ });
  await row.getByText(/[1-9][\d,]* done/).waitFor();
  await row.getByRole('link', { name: 'Log of the driver' }).click();
  await page.getByPlaceholder('Search').fill('SparkContext');
  await page.getByText('SparkContext').first().waitFor();
}

export const plotsAreDrawn = (page: Page): Promise<void> => page.locator('figure canvas').nth(5).waitFor();

/** How many points of the first plot's canvas have a colour. */
const pixelsDrawn = (page: Page): Promise<number> =>
  page
    .locator('figure canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return image.filter((value, at) => at % 4 === 3 && value > 0).length;
    });
