import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomeAdministrator, openWindow, photograph, screenshotFolder, type Ready } from './browser.ts';
import { Lab } from './lab.ts';
import { Platform } from './platform.ts';

/** The form of the configuration in a real browser, for which nothing has to run, and in the end a link that starts Jupyter with it. */
describe('an owner sets what Jupyter runs with', () => {
  let platform: Platform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    platform = await Platform.prepare();
    await platform.start();
    ({ browser, context, page } = await openWindow());
    await becomeAdministrator(page, platform.setUpUrl);
    await page.goto(jupyter());
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.remove();
  });

  const jupyter = () => `${platform.url}/projects/demo/jupyter`;
  const general = () => `${platform.url}/projects/demo/settings/compute`;
  const folded = (on: Page, name: RegExp) => on.getByRole('button', { name });
  const unfold = async (on: Page, name: RegExp) => {
    const control = folded(on, name);
    await control.waitFor();
    if ((await control.getAttribute('aria-expanded')) !== 'true') await control.click();
  };
  const saved = () => page.getByText('Saved', { exact: true }).waitFor();

  it('reads that executors have no effect here, by keyboard', async () => {
    const control = folded(page, /^Executors/);
    await control.waitFor();
    await control.focus();
    await page.keyboard.press('Enter');
    await page.getByText('has no effect until Spark runs on a cluster').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('3');
    expect(await page.getByLabel('Executor memory (GB)').inputValue()).toMatch(/3/);
    await page.getByLabel('Executor memory (GB)').fill('3');
    await saved();
  });

  it('uploads a Python file and picks a file of the project', async () => {
    await unfold(page, /^Archives, jars and files/);
    const content = 'WORD = "hello"\n';
    await page
      .getByLabel('File to upload: Additional Python files')
      .setInputFiles({ name: 'tools.py', mimeType: 'text/x-python', buffer: Buffer.from(content) });
    await page.getByRole('group', { name: 'Additional Python files' }).getByText('Resources/tools.py').waitFor();
    expect(readFileSync(join(platform.data, 'projects/demo/Resources/tools.py'), 'utf8')).toBe(content);
    const pick = page.getByRole('button', { name: 'From the project: Additional files' });
    await pick.focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /tools\.py/ })
      .click();
    await page.getByRole('group', { name: 'Additional files' }).getByText('Resources/tools.py').waitFor();
    // Spark would know both by one name.
    await page.getByText('would both be called').or(page.getByText('is there twice')).first().waitFor();
    await page.getByRole('group', { name: 'Additional files' }).getByLabel('Remove Resources/tools.py').click();
    await page.getByText('is there twice').waitFor({ state: 'detached' });
    await saved();
  });

  it('looks at what Spark would get, and sees the platform’s part as well', async () => {
    await page.getByRole('button', { name: 'Effective Spark properties' }).click();
    const dialog = page.getByRole('dialog');
    const row = (name: string) => dialog.getByRole('row').filter({ hasText: name });
    await row('spark.submit.pyFiles').getByText('/projects/demo/Resources/tools.py').waitFor();
    await row('spark.master').getByText('local[1]').waitFor();
    await row('spark.executor.memory').getByText('3072m').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('sets the project’s defaults, and sees on the Jupyter page what differs from them', async () => {
    await page.goto(general());
    await page.getByLabel('Driver memory (GB)').fill('1');
    await page.getByRole('button', { name: 'Save defaults' }).click();
    await page.getByRole('button', { name: 'Save defaults', disabled: true }).waitFor();
    await page.goto(jupyter());
    await page.getByText(/Differs from the project’s defaults: Driver memory \(there: 1 GB\)/).waitFor();
    await page.getByRole('button', { name: 'Use project defaults' }).click();
    await page.getByText('As the project’s defaults say.').waitFor();
    expect(await page.getByLabel('Driver memory (GB)').inputValue()).toMatch(/^1/);
  });

  it('has pages that everybody can use, in each size and scheme', async () => {
    const problems: string[] = [];
    const shoot = async (name: string, url: string, ready: Ready) =>
      problems.push(
        ...(await photograph(context, url, (screen) => join(screenshotFolder, `${name}-${screen}.png`), ready)),
      );
    await shoot('configuration-executors', jupyter(), async (p) => {
      await unfold(p, /^Executors/);
      await p.getByLabel('Executors at first').fill('7');
      return p.getByText('more than at most');
    });
    await shoot('configuration-files', jupyter(), async (p) => {
      await unfold(p, /^Archives, jars and files/);
      await p.getByLabel('Properties', { exact: true }).fill('spark.master=yarn');
      await p.getByRole('button', { name: 'Line 1' }).waitFor();
      return p.getByRole('button', { name: 'Import' });
    });
    await shoot('configuration-picker', jupyter(), async (p) => {
      await unfold(p, /^Archives, jars and files/);
      await p.getByRole('button', { name: 'From the project: Additional files' }).click();
      await p.getByRole('button', { name: /tools\.py/ }).waitFor();
    });
    await shoot('configuration-effective', jupyter(), async (p) => {
      await p.getByRole('button', { name: 'Effective Spark properties' }).click();
      await p.getByText('spark.app.name').waitFor();
    });
    await shoot('configuration-defaults', general(), async (p) => p.getByRole('button', { name: 'Save defaults' }));
    // It is saved, so it comes last.
    await shoot('configuration-python', jupyter(), async (p) => {
      await p.getByText('Python', { exact: true }).first().click();
      await p.getByLabel('Environment variables').fill('LOG_LEVEL=debug');
      return p.getByLabel('Environment variables');
    });
    expect(problems).toEqual([]);
  });

  it('follows a link to a file: logs in, and Jupyter starts in the same tab', async () => {
    const name = 'Übung 1 #2 50%.txt';
    writeFileSync(join(platform.data, 'projects/demo/Jupyter', name), 'hello');
    const link = (path: string) => `${jupyter()}/open?path=${encodeURIComponent(path)}`;
    const problems = await photograph(
      context,
      link('Jupyter/absent.ipynb'),
      (screen) => join(screenshotFolder, `open-absent-${screen}.png`),
      (p) => p.getByRole('link', { name: 'Open Jupyter without it' }).waitFor(),
    );
    expect(problems).toEqual([]);
    const other = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    other.setDefaultTimeout(60_000);
    const tab = await other.newPage();
    await tab.goto(link(`Jupyter/${name}`));
    await tab.getByLabel('E-mail').fill('ada@example.org');
    await tab.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await tab.getByRole('button', { name: 'Log in' }).click();
    await tab.getByRole('list', { name: 'Steps of the start' }).waitFor();
    // The project's environment may be being made still.
    await tab.waitForURL(/\/lab\/tree\//, { timeout: 240_000 });
    await new Lab(tab).ready();
    await tab.locator('.lm-TabBar-tab.jp-mod-current', { hasText: name }).waitFor();
    // By now it runs. A folder opens in the file browser.
    await tab.goto(link('Resources'));
    await new Lab(tab).ready();
    await tab.locator('.jp-BreadCrumbs', { hasText: 'Resources' }).waitFor();
    await other.close();
    await page.goto(jupyter());
    await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run Jupyter' }).waitFor();
  });
});
