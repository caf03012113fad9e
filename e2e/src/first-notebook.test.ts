import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plotsAreDrawn, visitApplication } from './application.ts';
import { becomeAdministrator, photograph, screens, screenshotFolder } from './browser.ts';
import { Newcomer } from './first-notebook/newcomer.ts';
import { photographCells } from './first-notebook/pictures.ts';
import { drawsPlots } from './first-notebook/plots.ts';
import { comesBack } from './first-notebook/recent.ts';
import { runsOutOfTime } from './first-notebook/time.ts';
import { meetsTrouble } from './first-notebook/trouble.ts';
import { Lab, textOf, typesOf, type SavedCell } from './lab.ts';
import { hasSparkR } from './spark-r.ts';

/** From the set-up link to Parquet files on disk, and what happens to a running cell when the platform is killed. */
describe('a newcomer runs a PySpark notebook', () => {
  const at = new Newcomer();
  beforeAll(() => at.begin());
  afterAll(() => at.end());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await at.keepPages(task.name);
  });

  it('opens the set-up link and becomes the administrator', async () => {
    const { platform, browser, page, accessibility, shoot } = at;
    await shoot('setup', platform.setUpUrl, (p) => p.getByLabel('Name').waitFor());
    await becomeAdministrator(page, platform.setUpUrl);
    // The link is good once.
    const other = await browser.newContext();
    const late = await other.newPage();
    await late.goto(platform.setUpUrl);
    await late.getByText('Emberlab is set up').waitFor();
    await late.goto(platform.url);
    await late.getByRole('button', { name: 'Log in' }).waitFor();
    accessibility.push(
      ...(await photograph(
        other,
        `${platform.url}/login`,
        (screen) => join(screenshotFolder, `login-${screen}.png`),
        (p) => p.getByRole('button', { name: 'Log in' }).waitFor(),
      )),
    );
    await other.close();
  });

  it('finds the project demo and its environment', async () => {
    const { platform, page, jupyter, shoot } = at;
    await shoot('home', platform.url, (p) => p.getByRole('link', { name: 'Demo' }).first().waitFor());
    await page.goto(jupyter());
    await page.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor({ timeout: 240_000 });
    await shoot('jupyter-stopped', jupyter(), (p) => p.locator('button:enabled', { hasText: 'Run Jupyter' }).waitFor());
  });

  it('presses Run Jupyter, and JupyterLab opens in a new tab', async () => {
    const { context, page } = at;
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Run Jupyter' }).click(),
    ]);
    const lab = new Lab(tab);
    at.lab = lab;
    await lab.ready();
    expect(new URL(tab.url()).hostname).toMatch(/^[a-z2-7]{20}\.localhost$/);
    expect(await tab.evaluate(() => window.opener)).toBeNull();
    await page.getByRole('button', { name: 'Open Jupyter' }).waitFor();
  });

  it('sees Spark, PySpark and Python in the launcher, SparkR where R is there', async () => {
    const { lab } = at;
    const cards = lab.page
      .locator('.jp-Launcher-section', { has: lab.page.locator('.jp-Launcher-sectionTitle', { hasText: 'Notebook' }) })
      .locator('.jp-LauncherCard-label');
    await cards.first().waitFor();
    const expected = ['PySpark', 'Python', 'Spark', ...(hasSparkR() ? ['SparkR'] : [])];
    expect((await cards.allTextContents()).map((text) => text.trim()).toSorted()).toEqual(expected);
    await lab.page.screenshot({ path: join(screenshotFolder, 'launcher-1280-light.png') });
  });

  it('runs the example: session table, joins, SQL with a plot, local plot, help', async () => {
    const { platform, lab, cells } = at;
    await lab.open('Jupyter/hello_spark.ipynb');
    await lab.menu('Run', 'Run All Cells');
    await lab.page.getByText("SparkSession available as 'spark'.").waitFor({ timeout: 90_000 });
    const codeCells = () => cells().filter((cell) => cell.cell_type === 'code');
    let seen: SavedCell[] = [];
    // A file that is just being written can't be read; the next look can.
    const saved = async () => {
      await lab.save();
      seen = codeCells();
      return seen;
    };
    await expect
      .poll(async () => textOf((await saved())[5]), { timeout: 240_000, interval: 1000 })
      .toContain('336,776 rows written');
    // The last one is answered beside the driver.
    await expect
      .poll(async () => textOf((await saved())[6]), { timeout: 60_000, interval: 1000 })
      .toMatch(/%%configure|configure/);
    const [read, join_, views, sql, plot, write] = seen;
    expect(textOf(read)).toMatch(/application_|local-\d+/);
    expect(textOf(read)).toContain(`${platform.url}/projects/demo/applications/1/ui`);
    expect(textOf(read)).toContain('336,776 flights');
    expect(textOf(join_)).toContain('ExpressJet Airlines Inc.');
    expect(textOf(views)).not.toMatch(/Error/);
    expect(typesOf(sql)).toContain('application/vnd.jupyter.widget-view+json');
    expect(typesOf(plot)).toContain('image/png');
    expect(textOf(write ?? sql)).not.toContain('Traceback');
    expect(seen.flatMap((cell) => cell.outputs ?? []).filter((output) => output.output_type === 'error')).toEqual([]);
    await photographCells(lab, seen, (cell) => join(screenshotFolder, `notebook-${cell}-1280-light.png`));
  });

  it('works in a terminal, whose files the group may change', async () => {
    const { platform, lab } = at;
    await lab.page
      .getByRole('tab', { name: /^Launcher/ })
      .or(lab.page.locator('[title^="New Launcher"]'))
      .first()
      .click();
    // Keys that are pressed before the shell has shown its prompt may be lost. It comes with the first frames, so they are looked at from the very first on.
    const { promise: prompt, resolve: seen } = Promise.withResolvers<void>();
    lab.page.on('websocket', (socket) => {
      if (!socket.url().includes('/terminals/websocket/')) return;
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes('"stdout"')) seen();
      });
    });
    await lab.page.locator('.jp-LauncherCard[data-category="Other"]', { hasText: 'Terminal' }).click();
    await prompt;
    await lab.page.locator('.jp-Terminal .xterm').click();
    const file = join(platform.data, 'projects/demo/Resources/terminal.txt');
    // What it shows is drawn on a canvas, so a file tells.
    await lab.page.keyboard.type(`echo "made $((6 * 7))" > '${file}'`);
    await lab.page.keyboard.press('Enter');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBe('made 42\n');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('660');
    await lab.page.keyboard.type('exit');
    await lab.page.keyboard.press('Enter');
    await lab.page.locator('.jp-Terminal').waitFor({ state: 'detached' });
  });

  it('finds Parquet in Resources that the group may change and others can not read', () => {
    const { platform } = at;
    const folder = join(platform.data, 'projects/demo/Resources/flights_2013.parquet');
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('770');
    const months = readdirSync(folder).filter((name) => name.startsWith('month='));
    expect(months).toHaveLength(12);
    for (const month of months) {
      expect(mode(join(folder, month))).toBe('770');
      const files = readdirSync(join(folder, month)).filter((name) => name.endsWith('.parquet'));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect(mode(join(folder, month, file))).toBe('660');
    }
  });

  it('finds the application on the Jupyter page, with Spark UI and log', async () => {
    const { context, page, jupyter, application, rowIn } = at;
    await page.goto(jupyter());
    const row = rowIn('Running applications');
    await row.waitFor();
    await expect.poll(() => row.textContent()).toMatch(/idle/i);
    const [ui] = await Promise.all([context.waitForEvent('page'), row.getByRole('link', { name: 'Spark UI' }).click()]);
    await ui.waitForURL(/localhost:\d+\/jobs\//);
    for (const tab of ['Stages', 'Storage', 'Environment', 'Executors', 'SQL / DataFrame', 'Jobs']) {
      await ui.locator('.navbar a, nav a', { hasText: tab }).first().click();
      await ui
        .locator('h3', { hasText: new RegExp(tab.split(' ')[0]?.replace(/s$/, '') ?? tab) })
        .first()
        .waitFor();
    }
    await ui.close();
    await page.goto(`${application()}/log`);
    // The page begins at the log's end, and Spark may have said much by now.
    await page.getByPlaceholder('Search').fill('SparkContext');
    await page.getByText('SparkContext').first().waitFor();
  });

  it('sees what its application has done, and what its executor says', async () => {
    const { page, jupyter, application, rowIn } = at;
    await page.goto(jupyter());
    await rowIn('Running applications').getByRole('link', { name: 'Metrics' }).click();
    await page.getByRole('heading', { name: /hello_spark\.ipynb/ }).waitFor();
    await visitApplication(page, application());
  });

  it('finds the notebook among the recent ones, with its configuration', async () => {
    const { page, jupyter, rowIn } = at;
    await page.goto(jupyter());
    const row = rowIn('Recent notebooks');
    await row.waitFor();
    expect(await row.textContent()).toMatch(
      /Jupyter\/hello_spark\.ipynbPySpark.*youSpark\/PySpark · 2 GB · 1 coreOpen in Jupyter1 run/,
    );
    await row.getByRole('button', { name: /^Runs of/ }).click();
    const runs = page.getByRole('dialog').getByRole('list', { name: 'Runs' });
    await runs.getByText(/PySpark · \d+ cells run/).waitFor();
    await page.keyboard.press('Escape');
  });

  it('looks good on a wide and on a narrow screen, light and dark', async () => {
    const { platform, lab, accessibility, jupyter, application, rowIn, shoot } = at;
    await shoot('jupyter-running', jupyter(), (p) => p.getByText('hello_spark.ipynb').first().waitFor());
    await shoot('recent-notebooks', jupyter(), async (p) => rowIn('Recent notebooks', p));
    await shoot('applications', `${platform.url}/projects/demo/applications`, (p) =>
      p.getByText('hello_spark.ipynb').first().waitFor(),
    );
    await shoot('application-log', `${application()}/log`, (p) =>
      p
        .getByText(/INFO|\tat /)
        .first()
        .waitFor(),
    );
    await shoot('application-metrics', `${application()}/metrics`, plotsAreDrawn);
    await shoot('application-executors', `${application()}/executors`, (p) => p.getByText(/ done/).waitFor());
    await shoot('server-log', `${platform.url}/projects/demo/jupyter/log`, (p) =>
      p
        .getByText(/ServerApp|Kernel/)
        .first()
        .waitFor(),
    );
    await shoot('admin-overview', `${platform.url}/admin`, async (p) => {
      await p.getByText(/parts are well/).waitFor();
      await p.getByText(/\d Jupyter · \d Spark/).waitFor();
    });
    await shoot('admin-running', `${platform.url}/admin/running`, (p) =>
      p.getByText('hello_spark.ipynb').first().waitFor(),
    );
    await shoot('account', `${platform.url}/account`, (p) => p.getByText('ada@example.org').first().waitFor());
    for (const screen of screens) {
      await lab.page.setViewportSize({ width: screen.width, height: screen.height });
      if (screen.name === '1280-light')
        await lab.page.screenshot({ path: join(screenshotFolder, 'jupyterlab-1280-light.png') });
    }
    await lab.page.setViewportSize({ width: 1280, height: 800 });
    expect(accessibility).toEqual([]);
  });

  drawsPlots(at);
  meetsTrouble(at);
  runsOutOfTime(at);
  comesBack(at);

  it('presses Stop, and nothing is left running', async () => {
    const { lab, processes, stop } = at;
    await stop();
    await expect.poll(processes).toEqual([]);
    // The tab that is still open says what is the matter, and not that a folder has gone: in the status bar, and in a box, behind which others may wait.
    await lab.page.getByText('Jupyter has stopped').first().waitFor();
    await lab.page.locator('.jp-Dialog').first().waitFor();
    expect(await lab.page.getByText('Directory not found').count()).toBe(0);
  });
});
