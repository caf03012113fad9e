import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { screenshotFolder } from '../browser.ts';
import type { Newcomer } from './newcomer.ts';

/** The time of the server, on the Jupyter page and in JupyterLab, to its end. */
export function runsOutOfTime(at: Newcomer): void {
  it('adds six hours, which another tab shows at once', async () => {
    const { context, page, jupyter } = at;
    await page.goto(jupyter());
    await page.getByText(/^Stops in 5 h \d+ min$/).waitFor();
    const other = await context.newPage();
    await other.goto(jupyter());
    await other.getByText(/^Stops in 5 h/).waitFor();
    await page.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await other.getByText(/^Stops in 11 h/).waitFor();
    await other.close();
  });

  it('sees in JupyterLab’s status bar what the server takes of what it may', async () => {
    const { page, lab, jupyter } = at;
    const item = lab.page.locator('#jp-main-statusbar .emberlab-Use');
    await item.waitFor();
    // Where nothing bounds the memory of all its processes together, there are the cores alone.
    expect(await item.textContent()).toMatch(/^(\d+\.\d of 4 GB)?\d+\.\d of 2 cores$/);
    expect(await item.getAttribute('title')).toContain('Spark drivers and executors are no part of it');
    await page.goto(jupyter());
    await page.getByText(/^CPU [\d.]+ of 2 cores$/).waitFor();
  });

  it('adds six hours in JupyterLab, and each side shows at once what the other did', async () => {
    const { page, lab, jupyter } = at;
    const statusBar = lab.page.locator('#jp-main-statusbar');
    await statusBar.getByText(/^11 h \d+ min left$/).waitFor();
    await statusBar.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await page.getByText(/^Stops in 17 h/).waitFor();
    await page.getByRole('button', { name: 'Run for 6 more hours' }).click();
    await statusBar.getByText(/^23 h \d+ min left$/).click();
    await lab.page.locator('.lm-Menu-itemLabel', { hasText: /^\+6 h$/ }).click();
    await page.getByText(/^Stops in 1 d 5 h$/).waitFor();
    await statusBar.getByText(/^1 d 5 h left$/).waitFor();
    const back = lab.page.getByRole('link', { name: 'Back to demo' });
    expect(await back.getAttribute('href')).toBe(jupyter());
  });

  it('is warned near the end, and then the server is stopped with all that it started', async () => {
    const { platform, page, lab, accessibility, jupyter, shoot, processes } = at;
    // Nobody waits for hours here: its end is put where those hours would have brought it.
    const end = (inMs: number) => {
      using database = new DatabaseSync(join(platform.data, 'emberlab.db'));
      database.prepare("update servers set stops_at = ? where state = 'running'").run(Date.now() + inMs);
    };
    end(9.5 * 60_000);
    await shoot('jupyter-ending', jupyter(), async (p) => p.getByText(/^Jupyter stops in \d min$/).waitFor());
    expect(accessibility).toEqual([]);

    const inLab = lab.page.locator('.Toastify__toast', { hasText: /Jupyter stops at/ });
    const lookAtLab = async () => {
      await lab.page.reload();
      await lab.ready();
      // It has come to rest.
      await inLab.getByRole('button', { name: '+6 h' }).click({ trial: true });
    };
    await lookAtLab();
    expect(await lab.page.title()).toMatch(/^\d min left · /);
    await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-ending-1280-light.png') });
    await inLab.getByRole('button', { name: '+6 h' }).click();
    await inLab.waitFor({ state: 'detached' });
    await page.goto(jupyter());
    await page.getByText(/^Stops in 6 h/).waitFor();
    expect(await lab.page.title()).not.toMatch(/left/);

    end(9.5 * 60_000);
    await lookAtLab();
    await lab.menu('Settings', 'Theme');
    await lab.page.locator('.lm-Menu-itemLabel', { hasText: /^JupyterLab Dark$/ }).click();
    await lab.page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' });
    // While the theme changes, JupyterLab's logo is in front of the page.
    await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
    await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-ending-1280-dark.png') });
    await page.goto(jupyter());
    await page.getByRole('button', { name: 'Let Jupyter run for 6 more hours' }).click();
    await inLab.waitFor({ state: 'detached' });

    end(0);
    await page.getByText('Its time was over.').waitFor();
    await expect.poll(processes).toEqual([]);
  });
}
